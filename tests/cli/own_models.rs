//! `[[models]]` in a configuration: what users say of their own code counts as what comes with the program does.

use crate::support::Project;

const APPLICATION: &str = "\
from flask import Flask, abort, request
from service.auth import Guard, admit
from service import audit

app = Flask(__name__)


@app.get('/things')
def things():
    token = request.headers.get('Authorization')
    if not token:
        abort(401)
    admit(token)
    audit.write(token)
    return {'things': []}
";

/// A verifier that shows nothing of what it does, and a logger that shows as little.
const LIBRARY: &str = "\
class Guard:
    def inspect(self, token):
        return token


def admit(token):
    pass
";

const MODELS: &str = "\
[[models]]
library = 'our service'

[[models.verify]]
path = ['service.auth.admit']
evidence = ['signature']
failure = 'raises'

[[models.log]]
path = ['service.audit.write']
target = 'the audit trail'
";

fn project(configuration: &str) -> Project {
    Project::new(&[
        ("bearerlint.toml", configuration),
        ("service/app.py", APPLICATION),
        ("service/auth.py", LIBRARY),
        ("service/audit.py", "def write(entry):\n    pass\n"),
    ])
}

#[test]
fn a_verifier_of_ours_is_a_check_and_a_logger_of_ours_a_sink() {
    let without = project("").run(&["check", "--format", "concise"]);
    assert!(without.stdout.contains("presence-only-check"), "{}", without.stdout);
    assert!(!without.stdout.contains("logged-token"), "{}", without.stdout);
    let with = project(MODELS).run(&["check", "--format", "concise"]);
    assert!(!with.stdout.contains("presence-only-check"), "{}", with.stdout);
    assert!(with.stdout.contains("logged-authorization-header"), "{}", with.stdout);
    assert!(with.stdout.contains("the audit trail"), "{}", with.stdout);
    assert!(
        project(MODELS).run(&["check", "--isolated", "--format", "concise"]).stdout.contains("presence-only-check")
    );
}

#[test]
fn models_are_inherited_and_shared_tables_hold_them_too() {
    let project = Project::new(&[
        ("base.toml", MODELS),
        (
            "pyproject.toml",
            "[tool.bearerlint]\nextend = \"base.toml\"\n\n[[tool.bearerlint.models]]\nlibrary = 'more'\n",
        ),
        ("service/app.py", APPLICATION),
        ("service/auth.py", LIBRARY),
        ("service/audit.py", "def write(entry):\n    pass\n"),
    ]);
    let answer = project.run(&["check", "--format", "concise"]);
    assert!(!answer.stdout.contains("presence-only-check"), "{}", answer.stdout);
}

#[test]
fn a_secret_source_and_methods_of_ours_are_known() {
    let models = "\
[[models]]
library = 'our vault'

[[models.setting]]
path = ['vault.read']
store = 'secret-store'
parameters = ['key']
missing = 'raises'

[[models.log]]
path = ['service.trail.Trail.add']
target = 'the trail'
";
    let code = "\
import vault
from service.trail import Trail

trail = Trail()


def start():
    token = vault.read('payments')
    trail.add('starting', token)
";
    let files = [
        ("bearerlint.toml", models),
        ("service/start.py", code),
        ("service/trail.py", "class Trail:\n    def add(self, *parts):\n        self.parts = parts\n"),
    ];
    let answer = Project::new(&files).run(&["check", "--format", "concise"]);
    assert!(answer.stdout.contains("logged-token") && answer.stdout.contains("the trail"), "{}", answer.stdout);
    let without = Project::new(&files[1..]).run(&["check", "--format", "concise"]);
    assert!(!without.stdout.contains("logged-token"), "{}", without.stdout);
}

#[test]
fn mistakes_name_file_place_and_cure() {
    let wrong = |text: &str| {
        let answer = project(text).run(&["check"]);
        assert_eq!((answer.code, answer.stdout.as_str()), (Some(2), ""), "{}", answer.stderr);
        answer.stderr
    };
    let told = wrong("[[models]]\nlibrary = 'ours'\n\n[[models.verify]]\npth = ['a.b']\n");
    assert!(told.contains("bearerlint.toml:5:1: `models`: unknown key `pth`"), "{told}");
    assert!(told.contains("help: did you mean `path`?"), "{told}");
    let told = wrong("[[models]]\nlibrary = 'ours'\n[[models.verfy]]\npath = ['a.b']\n");
    assert!(told.contains("unknown key `verfy`") && told.contains("did you mean `verify`?"), "{told}");
    let told = wrong("[[models]]\nlibrary = 'ours'\n[[models.verify]]\npath = ['a.b']\nevidence = ['signatur']\n");
    assert!(told.contains("unknown value `signatur`") && told.contains("did you mean `signature`?"), "{told}");
    let told = wrong("[[models]]\n[[models.log]]\npath = ['a.b']\ntarget = 'x'\n");
    assert!(told.contains("`library` is missing"), "{told}");
    let told = wrong("models = 'x'\n");
    assert!(told.contains("bearerlint.toml:1:10: `models` has to be a list of tables"), "{told}");
}
