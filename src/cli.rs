//! The command line: what may be typed, and what it means.
//!
//! Typed words are turned into a [`CheckRequest`] in one step; after that nothing looks at strings. Reads no file and
//! no configuration.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::{Choice, Selector, Wishes};
use crate::finding::{Confidence, Severity};
use crate::report::Format;
use crate::report::routes::RoutesFormat;
use crate::rules::catalogue::Profile;

/// Bytes of a file beyond which it is skipped, unless `--max-file-size` says otherwise.
const DEFAULT_MAX_FILE_SIZE: u64 = 5_000_000;

const EXIT_CODES: &str = "\
Exit codes, the same in every format:
  0  no finding at or above the failing severity
  1  findings
  2  wrong use or configuration, or a file that could not be analysed (also when there are findings)";

const ROUTES_EXIT_CODES: &str = "\
Exit codes, the same in every format:
  0  the map was written
  2  wrong use or configuration, or a file that could not be analysed: the map is then partial";

/// Finds insecure handling of bearer tokens, JWTs, API keys and webhook signatures in Python web code.
#[derive(Debug, Parser)]
#[command(name = "bearerlint", version, after_help = EXIT_CODES, disable_help_subcommand = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Lint files and folders.
    Check(Box<CheckArguments>),
    /// Show the page of a rule, or the table of all rules.
    Rule(RuleArguments),
    /// Show every route and what stands between it and its callers.
    Routes(Box<RoutesArguments>),
}

/// `bearerlint check`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option that is typed or not")]
pub struct CheckArguments {
    /// Files and folders to lint; "-" reads standard input [default: the current folder]
    ///
    /// A name that begins with a dash goes after "--".
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// How findings are written
    #[arg(long, value_name = "FORMAT", default_value = "human", help_heading = "Output")]
    format: FormatWord,

    /// Write the report to FILE instead of standard output
    ///
    /// The file is replaced in one step when the report is complete, never left half written.
    #[arg(long, short, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,

    /// When to use colour
    ///
    /// "auto" colours a terminal, and listens to `NO_COLOR`, `FORCE_COLOR`, `CLICOLOR_FORCE` and `TERM=dumb`.
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    color: ColorWord,

    /// Print counters on standard error: findings by rule, files, work done
    #[arg(long, help_heading = "Output")]
    statistics: bool,

    /// Show findings that comments suppress, marked as such
    ///
    /// They do not count for the exit code. SARIF carries them only with this option: code scanning would show them as
    /// open alerts.
    #[arg(long, help_heading = "Output")]
    show_suppressed: bool,

    /// Which rules run: "strict" adds those that need a reader's judgement [default: default]
    #[arg(long, value_name = "PROFILE", help_heading = "Rules")]
    profile: Option<ProfileWord>,

    /// Run these rules or categories only; replaces `select` and `ignore` of the configuration
    #[arg(long, value_name = "RULE|CATEGORY", value_delimiter = ',', value_parser = Selector::parse)]
    #[arg(help_heading = "Rules")]
    select: Option<Vec<Selector>>,

    /// Do not run these rules or categories; replaces `ignore` of the configuration
    #[arg(long, value_name = "RULE|CATEGORY", value_delimiter = ',', value_parser = Selector::parse)]
    #[arg(help_heading = "Rules")]
    ignore: Option<Vec<Selector>>,

    /// Report findings from this confidence up: low, medium or high [default: medium; low with --profile strict]
    ///
    /// high: both ends are proven by data flow. medium: one end rests on a name. low: names only.
    #[arg(long, value_name = "LEVEL", help_heading = "Rules")]
    min_confidence: Option<Confidence>,

    /// Exit with 1 for findings from this severity up: note, warning or error [default: warning]
    #[arg(long, value_name = "LEVEL", help_heading = "Rules")]
    fail_on: Option<Severity>,

    /// Use this configuration for every file, whatever lies nearer
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    config: Option<PathBuf>,

    /// Use no configuration file at all
    #[arg(long, conflicts_with = "config", help_heading = "Configuration")]
    isolated: bool,

    /// The name that standard input is judged and reported under
    #[arg(long, value_name = "PATH", help_heading = "Input")]
    stdin_filename: Option<PathBuf>,

    /// Skip files with more bytes than this, and say so
    #[arg(long, value_name = "BYTES", default_value_t = DEFAULT_MAX_FILE_SIZE, help_heading = "Input")]
    max_file_size: u64,

    /// Tell what is known at a line instead of reporting: values, evidence, what made it opaque, which rules spoke
    #[arg(long, value_name = "FILE:LINE", value_parser = watched_line, help_heading = "Output")]
    explain: Option<(PathBuf, u32)>,

    /// Run every file and function, also those without a word that findings rest on: slower, same findings
    #[arg(long, help_heading = "Input")]
    no_triage: bool,

    /// How many threads work [default: one for each core]
    #[arg(long, short, value_name = "N", help_heading = "Input")]
    jobs: Option<NonZeroUsize>,
}

/// `bearerlint routes`.
#[derive(Debug, Args)]
#[command(after_help = ROUTES_EXIT_CODES)]
pub struct RoutesArguments {
    /// Files and folders to read; "-" reads standard input [default: the current folder]
    ///
    /// A name that begins with a dash goes after "--".
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// How the map is written
    #[arg(long, value_name = "FORMAT", default_value = "human", help_heading = "Output")]
    format: RoutesFormatWord,

    /// Write the map to FILE instead of standard output
    ///
    /// The file is replaced in one step when the map is complete, never left half written.
    #[arg(long, short, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,

    /// Show only routes on which somebody gets through who established nothing
    #[arg(long, help_heading = "Routes")]
    unprotected: bool,

    /// Show only routes whose path fits GLOB: "*" is anything within a part, "**" anything
    #[arg(long, value_name = "GLOB", help_heading = "Routes")]
    path: Option<String>,

    /// Use this configuration for every file, whatever lies nearer
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    config: Option<PathBuf>,

    /// Use no configuration file at all
    #[arg(long, conflicts_with = "config", help_heading = "Configuration")]
    isolated: bool,

    /// The name that standard input is reported under
    #[arg(long, value_name = "PATH", help_heading = "Input")]
    stdin_filename: Option<PathBuf>,

    /// Skip files with more bytes than this, and say so
    #[arg(long, value_name = "BYTES", default_value_t = DEFAULT_MAX_FILE_SIZE, help_heading = "Input")]
    max_file_size: u64,

    /// How many threads work [default: one for each core]
    #[arg(long, short, value_name = "N", help_heading = "Input")]
    jobs: Option<NonZeroUsize>,
}

/// `bearerlint rule`.
#[derive(Debug, Args)]
pub struct RuleArguments {
    /// The rule's id; without it, every rule is listed
    pub name: Option<String>,

    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: RuleFormat,
}

/// How `bearerlint rule` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RuleFormat {
    /// For reading
    Text,
    /// For programs
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FormatWord {
    /// For people: labelled excerpts
    Human,
    /// One line a finding
    Concise,
    /// One versioned document
    Json,
    /// One record a line
    Jsonl,
    /// SARIF 2.1.0 for code scanning
    Sarif,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RoutesFormatWord {
    /// For people: a block a route
    Human,
    /// One versioned document
    Json,
    /// A table
    Markdown,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ColorWord {
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ProfileWord {
    /// For everyone
    Default,
    /// More rules, less certain
    Strict,
}

/// Where findings are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inputs {
    /// Files and folders, as typed.
    pub paths: Vec<PathBuf>,
    /// The name standard input is read under, if it is read.
    pub stdin: Option<PathBuf>,
    /// Bytes beyond which a file is skipped.
    pub max_file_size: u64,
}

/// When a report is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Where it is seen.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What `bearerlint check` is asked to do.
#[derive(Clone, Debug)]
pub struct CheckRequest {
    /// Where to look.
    pub inputs: Inputs,
    /// How findings are written.
    pub format: Format,
    /// Where they are written; standard output where no file is named.
    pub output: Option<PathBuf>,
    /// When they are coloured.
    pub colour: Colour,
    /// Whether counters are printed.
    pub wants_statistics: bool,
    /// Whether suppressed findings are shown.
    pub shows_suppressed: bool,
    /// What was typed of things that a configuration could say too.
    pub wishes: Wishes,
    /// Where configuration comes from.
    pub configuration: Choice,
    /// The line that is to be explained.
    pub explained: Option<(PathBuf, u32)>,
    /// Whether files and functions are run whatever words they hold.
    pub skips_triage: bool,
    /// How many threads work.
    pub jobs: Option<NonZeroUsize>,
}

/// What `bearerlint routes` is asked to do.
#[derive(Clone, Debug)]
pub struct RoutesRequest {
    /// Where to look.
    pub inputs: Inputs,
    /// How the map is written.
    pub format: RoutesFormat,
    /// Where it is written; standard output where no file is named.
    pub output: Option<PathBuf>,
    /// Whether only routes are shown that somebody can use unchecked.
    pub only_unprotected: bool,
    /// What paths must look like to be shown.
    pub path: Option<String>,
    /// Where configuration comes from.
    pub configuration: Choice,
    /// How many threads work.
    pub jobs: Option<NonZeroUsize>,
}

impl RoutesArguments {
    /// What was typed, as what it means.
    pub fn request(self) -> RoutesRequest {
        RoutesRequest {
            inputs: inputs(self.paths, self.stdin_filename, self.max_file_size),
            format: match self.format {
                RoutesFormatWord::Human => RoutesFormat::Human,
                RoutesFormatWord::Json => RoutesFormat::Json,
                RoutesFormatWord::Markdown => RoutesFormat::Markdown,
            },
            output: self.output,
            only_unprotected: self.unprotected,
            path: self.path,
            configuration: choice(self.config, self.isolated),
            jobs: self.jobs,
        }
    }
}

/// Which configuration was asked for.
fn choice(config: Option<PathBuf>, is_isolated: bool) -> Choice {
    match config {
        Some(file) => Choice::File(file),
        None if is_isolated => Choice::Isolated,
        None => Choice::Nearest,
    }
}

impl CheckArguments {
    /// What was typed, as what it means.
    pub fn request(self) -> CheckRequest {
        CheckRequest {
            inputs: inputs(self.paths, self.stdin_filename, self.max_file_size),
            format: self.format.meaning(),
            output: self.output,
            colour: self.color.meaning(),
            wants_statistics: self.statistics,
            shows_suppressed: self.show_suppressed,
            wishes: Wishes {
                profile: self.profile.map(ProfileWord::meaning),
                select: self.select,
                ignore: self.ignore,
                min_confidence: self.min_confidence,
                fail_on: self.fail_on,
                ..Wishes::default()
            },
            configuration: choice(self.config, self.isolated),
            explained: self.explain,
            skips_triage: self.no_triage,
            jobs: self.jobs,
        }
    }
}

/// `FILE:LINE`.
fn watched_line(text: &str) -> Result<(PathBuf, u32), String> {
    let (file, line) = text.rsplit_once(':').ok_or("write FILE:LINE")?;
    match line.parse() {
        Ok(number) if number > 0 => Ok((PathBuf::from(file), number)),
        _ => Err(format!("`{line}` is no line number")),
    }
}

fn inputs(typed: Vec<PathBuf>, stdin_filename: Option<PathBuf>, max_file_size: u64) -> Inputs {
    let nothing_typed = typed.is_empty();
    let (dashes, mut paths): (Vec<PathBuf>, Vec<PathBuf>) = typed.into_iter().partition(|path| path.as_os_str() == "-");
    if nothing_typed {
        paths.push(PathBuf::from("."));
    }
    let stdin_name = stdin_filename.unwrap_or_else(|| PathBuf::from("<stdin>"));
    Inputs { paths, stdin: (!dashes.is_empty()).then_some(stdin_name), max_file_size }
}

impl FormatWord {
    fn meaning(self) -> Format {
        match self {
            Self::Human => Format::Human,
            Self::Concise => Format::Concise,
            Self::Json => Format::Json,
            Self::Jsonl => Format::Jsonl,
            Self::Sarif => Format::Sarif,
        }
    }
}

impl ColorWord {
    fn meaning(self) -> Colour {
        match self {
            Self::Auto => Colour::Auto,
            Self::Always => Colour::Always,
            Self::Never => Colour::Never,
        }
    }
}

impl ProfileWord {
    fn meaning(self) -> Profile {
        match self {
            Self::Default => Profile::Default,
            Self::Strict => Profile::Strict,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn request(words: &[&str]) -> CheckRequest {
        let typed = ["bearerlint", "check"].iter().chain(words);
        match Arguments::try_parse_from(typed).map(|arguments| arguments.command) {
            Ok(Command::Check(arguments)) => arguments.request(),
            other => panic!("{words:?}: {other:?}"),
        }
    }

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_current_folder_is_linted_where_nothing_is_named() {
        assert_eq!(request(&[]).inputs.paths, [PathBuf::from(".")]);
        let stdin = request(&["-"]).inputs;
        assert_eq!((stdin.paths.len(), stdin.stdin), (0, Some(PathBuf::from("<stdin>"))));
        let named = request(&["-", "a.py", "--stdin-filename", "b.py"]).inputs;
        assert_eq!((named.paths, named.stdin), (vec![PathBuf::from("a.py")], Some(PathBuf::from("b.py"))));
    }

    #[test]
    fn odd_names_are_names() {
        assert_eq!(request(&["--", "-x.py", "a b"]).inputs.paths, [PathBuf::from("-x.py"), PathBuf::from("a b")]);
    }

    #[test]
    fn lists_are_joined_and_do_not_eat_paths() {
        let request = request(&["--ignore", "webhook,leakage", "--ignore", "secrets", "a.py"]);
        assert_eq!(request.wishes.ignore.map(|list| list.len()), Some(3));
        assert_eq!(request.inputs.paths, [PathBuf::from("a.py")]);
    }
}
