//! The words that the rules about numbers know, all in one place.
//!
//! In: a word in lower case. Out: whether it belongs to a [`Set`]. Entry point: [`is_in`]. A rule that misjudges a
//! sentence is most often mended by a word here. This file must never look at more than one word, nor hold what a
//! number word is worth: that is `spelled`'s.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A set of words that a rule asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Set {
    /// Months, whole and shortened. `may` and `march` are months only with a capital.
    Month,
    /// Units of time: a number before one is a duration.
    Time,
    /// May stand between a number and its unit of time.
    TimeAdjective,
    /// Words before a year that no plural after it can turn into a count.
    YearFirm,
    /// Words before a number of four digits that make it a year even outside 1800 to 2099.
    YearCue,
    /// Words before a number of four digits after which a plural does not make it a count.
    YearBefore,
    /// Words before a count: `some 2000 men`.
    AmountCue,
    /// Plural nouns without an s.
    Plural,
    /// End in s and are no plural nouns.
    NotPlural,
    /// End the search for a unit after a number.
    Stop,
    /// May stand after `of` between a number and its unit.
    AfterOf,
    /// Leave the number open: `several thousand`.
    Vague,
    /// Make one of a bare `hundred`, `dozen` or `million`.
    One,
    /// Before `half`: a place or a time, not a share.
    BeforeHalf,
    /// Right after `half`: a share (`half the men`).
    AfterHalf,
    /// Before a share that stands without `of`: `fell by a third`.
    BeforeShare,
    /// Units of measure that are written close to their number.
    Measure,
    /// What a number in millimetres is a calibre of.
    Weapon,
    /// Follow the length of a race: `400 m hurdles`.
    Race,
    /// Formations that are known by a number before them, when they have a capital: `1 Corps`, `617 Squadron`.
    Formation,
    /// People, whose age may stand after them: `the driver, 26, said`.
    Person,
    /// End the name of a street: `10 Downing Street`.
    Street,
    /// What `half the` is said of without any measure: `half the battle`.
    Idiom,
    /// After a time of day.
    Clock,
    /// Number what follows them, whatever stands before.
    Label,
    /// Shortened labels that need their full stop.
    LabelDotted,
    /// Number what follows unless a determiner makes them ordinary nouns.
    LabelLoose,
    /// Those of them that are verbs too (`they claim 600 dead`) and need a preposition or a sign before them.
    LabelVerb,
    /// Before a label that may be a verb.
    BeforeLabel,
    /// Determiners that make a loose label an ordinary noun.
    Determiner,
    /// Verbs of change: `rose from 9 to 12` names two counts, not a range.
    Change,
    /// Verbs that follow a quotation.
    Speech,
    /// Shortened titles: a capital after them begins no sentence.
    Title,
    /// Shortened words that never end a sentence.
    Shortened,
    /// Shortened words that may end a sentence.
    ShortenedLast,
    /// Begin sentences; tell `in the U.S. The` from `the U.S. Navy`.
    Starter,
    /// Ordinals that end a compound: `twenty-first`.
    Ordinal,
}

const TABLE: &[(Set, &str)] = &[
    (
        Set::Month,
        "january february march april may june july august september october november december \
         jan feb mar apr jun jul aug sep sept oct nov dec",
    ),
    (
        Set::Time,
        "second seconds minute minutes hour hours day days night nights week weeks weekend weekends fortnight \
         fortnights month months year years decade decades century centuries millennium millennia hr hrs min mins sec \
         secs yr yrs generation generations millisecond milliseconds season seasons",
    ),
    (
        Set::TimeAdjective,
        "more long straight consecutive full working business calendar short whole further additional extra \
         successive solid hard trading school fiscal lunar odd",
    ),
    (Set::YearFirm, "in since until till during the year spring summer autumn winter fiscal early mid late circa season"),
    (
        Set::YearCue,
        "in since by until till during after before circa year from of spring summer autumn winter early mid late \
         between ad",
    ),
    (
        Set::YearBefore,
        "in since by until till during after before circa year years from of spring summer autumn fall winter early \
         mid late between ad ce the to and through throughout pre post season edition for than its their his her our \
         my this that class vintage under at on with as constant real other new old previous \
         recent final failed disputed original",
    ),
    (
        Set::AmountCue,
        "about approximately approx some around roughly nearly almost over only least most exactly additional another \
         further extra estimated above below exceeding minimum maximum reported total",
    ),
    (
        Set::Plural,
        "people men women children troops personnel police cattle sheep aircraft staff infantry \
         seamen servicemen policemen fishermen teeth feet",
    ),
    (
        Set::NotPlural,
        "was is has this its his us as thus yes does plus less across towards perhaps always besides afterwards versus \
         minus hers ours theirs yours various previous serious religious unless nevertheless whereas sometimes says \
         gas bus news",
    ),
    (
        Set::Stop,
        "a about after against all also although among an and are as at be because been before being between both but \
         by can could did do does during each either every for from given gave get got had has have he her his how i \
         if in into is it its left like made make may might must nor not of on only or other out over per said saw \
         says sent she should since so still such than that the their them then there these they this those though \
         through to told took under until up upon us was we went were what when where which while who whose why will \
         with within without would yet you your men women people children killed fought later ago earlier",
    ),
    (Set::AfterOf, "the its their his her our these those all such"),
    (Set::Vague, "several few couple many some of tens hundreds dozens thousands countless umpteen numerous multi"),
    (Set::One, "a an another every per each the that this next first last full whole"),
    (
        Set::BeforeHalf,
        "the first second other latter former better northern southern eastern western upper lower top bottom left \
         right this that its his her their our my last back early later next",
    ),
    (Set::AfterHalf, "of the its their his her our all that those these"),
    (Set::BeforeShare, "by than about nearly almost roughly around some over only least under"),
    (
        Set::Measure,
        "km m cm mm nm kg g mg t kt mt ml cl l ha kw mw gw tw kwh mwh gwh twh mph kph kmh ft in lb lbs oz gb mb tb kb \
         hz khz mhz ghz c f x hp sqm sq pc pct pp px kv cc bpm rpm db mmhg mbps gbps kbps bp bps mi yd w v \
         pa kpa mpa ev kev mev gev sv msv bq mol ppm ppb",
    ),
    (
        Set::Weapon,
        "shell shells round rounds rocket rockets gun guns howitzer howitzers mortar mortars artillery ammunition \
         cannon cannons calibre caliber projectile projectiles munition munitions multiple self bullet bullets \
         cartridge cartridges rifle rifles autocannon autocannons",
    ),
    (
        Set::Race,
        "hurdles relay relays sprint sprints dash freestyle butterfly backstroke breaststroke medley steeplechase race \
         races walk",
    ),
    (Set::Formation, "corps army division brigade regiment battalion squadron commando company battery wing fleet flotilla platoon"),
    (Set::Street, "street st avenue ave av road rd boulevard blvd lane drive square terrace"),
    (
        Set::Person,
        "elder older younger man woman boy girl soldier prisoner sniper deserter defector driver pilot student teacher \
         father mother son daughter brother sister wife husband widow nurse doctor farmer worker officer captain \
         minister leader president actor actress singer player striker goalkeeper pensioner refugee suspect victim \
         other former latter",
    ),
    (Set::Idiom, "story battle truth fun problem way point trouble job chance"),
    (Set::Clock, "am pm gmt utc cet cest est edt pst pdt bst msk kst jst o'clock"),
    (
        Set::Label,
        "page pages paragraph paragraphs para paras pp article articles rule rules chapter chapters clause clauses \
         annex annexes appendix footnote footnotes nos nr sect section sections subsection subsections volume volumes \
         resolution resolutions verse verses isbn issn doi version versions",
    ),
    (
        Set::LabelDotted,
        "p pp art arts sec secs ch chs fig figs no nos nr para paras par vol vols v ver l ll n nn col op app eq eqs \
         tab ex",
    ),
    (
        Set::LabelLoose,
        "figure figures table tables number numbers line lines step steps note notes item items point points part \
         parts question questions phase phases stage stages level levels order orders decree law act bill directive \
         regulation protocol file case exhibit unit division group pool zone sector area district ward building block \
         bay gate platform runway highway route road motorway interstate flight exit junction pier model type mark \
         series class category grade tier option options scenario scenarios plan column columns row rows cell box \
         panel chart charts map plate image photo slide document documents source sources claim claims schedule title \
         amendment proposition issue issues book books episode season scene lot bus room floor track round game set \
         lap race day week year bureau office channel radio mission task lesson exercise problem example theorem \
         lemma equation layer generation formula boeing airbus apollo soyuz windows iphone android psalm symphony \
         opus lane camp reactor barrack tram train carriage seat suite form tranche pillar goal principle priority \
         wave batch release edition ftse dax cac nikkei nasdaq stoxx war",
    ),
    (
        Set::LabelVerb,
        "claim claims note notes order orders number numbers plan issue issues question questions book books mark form \
         set race track document documents exhibit file act bill group release model box",
    ),
    (Set::BeforeLabel, "in of see under from on at by per for than cf also with is was as"),
    (
        Set::Determiner,
        "the this that these those a an each every any some one its their his her our my first second third last next \
         same whole such another no which what final per",
    ),
    (
        Set::Change,
        "rose grew increased jumped climbed went moved up expanded doubled tripled revised raised soared surged rise \
         rising grow growing increase increasing raising change changed changing grows increases climbs climb \
         cut fell dropped swelled widened lifted upped extended \
         reduced advanced gained declined slid sank falls falling rises hiked hike",
    ),
    (
        Set::Speech,
        "said says asked asks wrote writes replied told added demanded declared announced warned shouted cried \
         answered tweeted posted insisted argued claimed stated concluded continued explained noted",
    ),
    (
        Set::Title,
        "mr mrs ms dr gen lt col sen gov prof st rep sgt capt maj brig adm cpl rev hon pres cmdr pvt messrs mt ft supt \
         insp det amb fr sr",
    ),
    (Set::Shortened, "eg ie cf vs approx ca viz resp incl excl est avg"),
    (
        Set::ShortenedLast,
        "etc inc ltd co corp jr al bros dept univ assn plc llc mon tue tues wed thu thur thurs fri jan feb mar apr jun \
         jul aug sep sept oct nov dec ed eds vol fig av ave blvd rd",
    ),
    (
        Set::Starter,
        "the a an it in on at by for from he she they we i you this that these those there here but and or so yet if \
         when while as after before since its his her their our my of to with no not one two three four five six seven \
         eight nine ten others some many most both each every what who why how where which then now however still even \
         only such all any nobody another according once until during despite because although though instead \
         meanwhile moreover besides thus hence also again later earlier today yesterday tomorrow between among about \
         under over against without within several few more less neither either nothing everything everyone someone \
         none",
    ),
    (
        Set::Ordinal,
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth \
         fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth fortieth fiftieth sixtieth \
         seventieth eightieth ninetieth hundredth thousandth millionth",
    ),
];

static SETS: LazyLock<HashMap<&'static str, u64>> = LazyLock::new(|| {
    let mut sets = HashMap::new();
    for (set, words) in TABLE {
        for word in words.split_ascii_whitespace() {
            *sets.entry(word).or_default() |= 1 << *set as u64;
        }
    }
    sets
});

/// Whether `word` (in lower case) belongs to `set`. The empty word belongs to none.
pub(super) fn is_in(set: Set, word: &str) -> bool {
    !word.is_empty() && SETS.get(word).is_some_and(|bits| bits & (1 << set as u64) != 0)
}
