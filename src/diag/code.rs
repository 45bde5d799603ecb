//! Every diagnostic code there is, in one table.
//!
//! In: nothing. Out: [`Code`], with its name, its sort, its usual severity and its one-line meaning.
//! Each code has a paragraph in `docs/diagnostics.md` and a fixture under `tests/`; a test compares the three lists.

use std::fmt;
use std::str::FromStr;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Not reported at all.
    Off,
    /// Reported; the site is still built and published.
    Warning,
    /// The site is not built, or not published.
    Error,
}

/// What an error stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sort {
    /// Nothing can be rendered: syntax, templates, unknown names.
    Unbuildable,
    /// The page can be shown in a preview, but not published: its evidence is incomplete.
    Unpublishable,
}

macro_rules! codes {
    ($($variant:ident $name:literal $severity:ident $sort:ident $meaning:literal;)+) => {
        /// One kind of finding. The name (`number-uncited`) is stable: sites set levels by it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $meaning] $variant,)+ }

        impl Code {
            /// All codes, in the order of the table.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)+];
            /// The name in messages, options and docs, in kebab-case.
            pub fn name(self) -> &'static str { match self { $(Code::$variant => $name,)+ } }
            /// The severity unless the site says otherwise.
            pub fn severity(self) -> Severity { match self { $(Code::$variant => Severity::$severity,)+ } }
            /// What an error of this code stops.
            pub fn sort(self) -> Sort { match self { $(Code::$variant => Sort::$sort,)+ } }
            /// One line: what the code means.
            pub fn meaning(self) -> &'static str { match self { $(Code::$variant => $meaning,)+ } }
        }
    };
}

codes! {
    ConfigMissing "config-missing" Error Unbuildable "there is no site.yaml where the site's root should be";
    YamlInvalid "yaml-invalid" Error Unbuildable "a YAML file or front matter cannot be parsed";
    KeyUnknown "key-unknown" Error Unbuildable "a key that does not exist here";
    ValueInvalid "value-invalid" Error Unbuildable "a value of the wrong type or outside what is allowed";
    FrontMatterMissing "front-matter-missing" Error Unbuildable "a page does not begin with front matter";
    FrontMatterUnclosed "front-matter-unclosed" Error Unbuildable "the front matter is not closed by a line with three dashes";
    FileUnreadable "file-unreadable" Error Unbuildable "a file of the site is not valid UTF-8 text, or is too large";
    PathOutside "path-outside" Error Unbuildable "a path leads outside the site";
    IdDuplicate "id-duplicate" Error Unbuildable "an id is used twice";
    RouteCollision "route-collision" Error Unbuildable "two pages or files want one address";
    ThemeMissing "theme-missing" Error Unbuildable "the theme's folder does not exist";
    ThemeInvalid "theme-invalid" Error Unbuildable "the theme lacks something, or a setting does not exist in it or is of another type";
    TemplateMissing "template-missing" Error Unbuildable "a page asks for a template that the theme does not have";
    TemplateError "template-error" Error Unbuildable "a template cannot be parsed or rendered";
    ShortcodeInvalid "shortcode-invalid" Error Unbuildable "a shortcode is unknown, not closed or badly written";
    CiteSyntax "cite-syntax" Error Unbuildable "a citation in the text cannot be read";
    CiteUnknown "cite-unknown" Error Unbuildable "the text or a record cites an id that the page's front matter does not have";
    SourceUnknown "source-unknown" Error Unbuildable "a citation names a source that is not in the bibliography";
    SourceInvalid "source-invalid" Error Unbuildable "an entry of the bibliography cannot be read";
    ActorUnknown "actor-unknown" Error Unbuildable "a record names an actor that is not in actors.yaml";
    QuestionUnknown "question-unknown" Error Unbuildable "an estimate names a question, or a count of it, that is not in questions.yaml";
    ClaimUnknown "claim-unknown" Error Unbuildable "a record, or `key_figures` of the home page, names a claim that does not exist";
    StyleUnknown "style-unknown" Error Unbuildable "the citation style is neither bundled nor a readable CSL file";
    HomeMissing "home-missing" Warning Unpublishable "the site has no home page: content/_index.md does not exist";
    LinkBroken "link-broken" Error Unpublishable "a link inside the site leads nowhere";
    LinkUnsafe "link-unsafe" Error Unpublishable "a link uses a scheme that is not published";
    FileActive "file-active" Error Unpublishable "a file beside a page could run a script in a reader's browser";
    AltMissing "alt-missing" Error Unpublishable "an image has no alternative text";
    HeadingLevel "heading-level" Warning Unpublishable "a heading of the text is of the first level, which is the page's title, or skips a level";
    ColourContrast "colour-contrast" Error Unpublishable "a colour of the theme's settings is too faint on its ground";
    ImageInvalid "image-invalid" Error Unpublishable "a picture cannot be read, is not what its name says, is too large, or must not be published as it is";
    CiteUnused "cite-unused" Warning Unpublishable "a citation in the front matter is used by nothing on the page";
    SourceUnused "source-unused" Warning Unpublishable "a source that no page cites";
    SourceGone "source-gone" Warning Unpublishable "the original of a source is gone, and no archived copy is named";
    CiteUnarchived "cite-unarchived" Warning Unpublishable "a citation of a source whose text is not archived: it is not checked against the text";
    QuoteMissing "quote-missing" Error Unpublishable "a citation of an archived source has no quote";
    QuoteUnseen "quote-unseen" Error Unpublishable "a quote from a source whose text is not archived: nobody can check it";
    QuoteLength "quote-length" Error Unpublishable "a quote of one word, or too long to be a short quote";
    QuoteNotFound "quote-not-found" Error Unpublishable "the quote does not stand in the archived text";
    QuoteMisplaced "quote-misplaced" Error Unpublishable "the quote stands elsewhere than its locator says";
    QuoteAmbiguous "quote-ambiguous" Error Unpublishable "the quote occurs more than once and has no locator";
    QuoteUnlocked "quote-unlocked" Error Unpublishable "the lock does not vouch for this quote, and the archive is not at hand";
    QuotationUnsupported "quotation-unsupported" Error Unpublishable "words in quotation marks stand in no quote that their sentence cites";
    ArchiveMissing "archive-missing" Error Unpublishable "the archive, or a text of it, cannot be read";
    ArchiveChanged "archive-changed" Error Unpublishable "an archived text differs from the one that was locked";
    LockInvalid "lock-invalid" Error Unpublishable "content/sources.lock cannot be read";
    LockMissing "lock-missing" Error Unpublishable "there is neither an archive nor a lock to check quotes against";
    NumberUncited "number-uncited" Error Unpublishable "a number that counts something stands in a sentence without a citation";
    NumberUnsupported "number-unsupported" Warning Unpublishable "a number stands in none of the quotes that its sentence cites";
    EstimateUnsupported "estimate-unsupported" Error Unpublishable "an estimate's value stands in none of its quotes";
    CalcWrong "calc-wrong" Error Unpublishable "the author's arithmetic does not come out";
    RecordUncited "record-uncited" Error Unpublishable "an estimate, event, response or motive cites nothing";
    ParagraphUncited "paragraph-uncited" Warning Unpublishable "a paragraph of statements without any citation";
    SourcePredatesEvent "source-predates-event" Error Unpublishable "a source is older than the event it is cited for";
    AsOfAfterSource "as-of-after-source" Error Unpublishable "an estimate is dated later than the source that gives it";
    TrustUnfounded "trust-unfounded" Error Unpublishable "a machine-written aggregate is given high trust";
    OriginCycle "origin-cycle" Error Unpublishable "sources are derived from one another in a circle";
    ClaimSingleOrigin "claim-single-origin" Off Unpublishable "a claim rests on one origin";
    ClaimOneParty "claim-one-party" Off Unpublishable "a claim is made by one party alone";
    ClaimOpinionOnly "claim-opinion-only" Off Unpublishable "a claim rests on opinion only";
    ReviewDue "review-due" Warning Unpublishable "a page or an estimate is past its review date";
    VersionChanged "version-changed" Error Unpublishable "a dated copy of the site is not as it was made";
    CheckReason "check-reason" Error Unbuildable "a page changes the level of a check without a reason";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Code {
    type Err = UnknownCode;
    fn from_str(name: &str) -> Result<Self, UnknownCode> {
        Code::ALL.iter().copied().find(|c| c.name() == name).ok_or(UnknownCode)
    }
}

/// No code has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownCode;
