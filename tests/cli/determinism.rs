//! The same bytes every time: whatever the number of threads, and in whichever order files are named.

use crate::support::{FLAWED, FORMATS, Project};

/// The application of the README, a generated one whose files import each other, and files that give trouble.
fn tree() -> (Project, Vec<String>) {
    let project = Project::new(&[]);
    project.copy("testdata/apps/article");
    let mut names = vec!["gone.py".to_owned(), "shared/settings.py".to_owned(), "shared/auth.py".to_owned()];
    project.write("shared/settings.py", b"import os\nAPI_TOKEN = os.getenv('API_TOKEN')\n");
    let auth = "from shared.settings import API_TOKEN\n\n\ndef check(token):\n    return token == API_TOKEN\n";
    project.write("shared/auth.py", auth.as_bytes());
    for number in 0..24 {
        let name = format!("service{}/app{number}.py", number % 5);
        let text = match number % 4 {
            0 => FLAWED.replace("orders", &format!("orders{number}")),
            1 => format!(
                "from flask import Flask, abort, request\nfrom shared.auth import check\napp = Flask(__name__)\n\n\n\
                 @app.get('/r{number}')\ndef show{number}():\n    if not check(request.headers.get('X-Api-Key')):\n        \
                 abort(401)\n    return 'ok'\n"
            ),
            2 => format!("{FLAWED}def broken{number}(:\n    pass\n"),
            _ => format!("x = {number}  # bearerlint: ignore\n"),
        };
        project.write(&name, text.as_bytes());
        names.push(name);
    }
    for entry in std::fs::read_dir(project.path("testdata/apps/article")).expect("it was copied") {
        let name = entry.expect("its entries are readable").file_name().into_string().expect("names are UTF-8");
        names.push(format!("testdata/apps/article/{name}"));
    }
    (project, names)
}

/// Another order that is the same in every run of the test.
fn shuffled(names: &[String], seed: usize) -> Vec<&str> {
    let mut shuffled: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut state = seed;
    for last in (1..shuffled.len()).rev() {
        state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345) % (1 << 31);
        shuffled.swap(last, state % (last + 1));
    }
    shuffled
}

#[test]
fn output_depends_neither_on_threads_nor_on_the_order_of_arguments() {
    let (project, names) = tree();
    for format in FORMATS {
        let run = |jobs: &str, names: &[&str]| {
            let options = ["check", "--profile", "strict", "--format", format, "--jobs", jobs];
            let answer = project.run(&[&options, names].concat());
            assert_eq!(answer.code, Some(2), "{format}: gone.py is missing");
            (answer.stdout, answer.stderr)
        };
        let first = run("1", &shuffled(&names, 0));
        for place in ["service0/app0.py", "shared/auth.py", "testdata/apps/article/stub.py"] {
            assert!(first.0.contains(place), "{format}: {place} has findings");
        }
        for (jobs, seed) in [("4", 0), ("1", 1), ("4", 2), ("3", 3)] {
            let other = run(jobs, &shuffled(&names, seed));
            assert!(first == other, "{format} with {jobs} jobs and order {seed}: {first:#?}\n{other:#?}");
        }
    }
}

#[test]
fn a_folder_gives_what_its_files_give() {
    let (project, names) = tree();
    let files: Vec<&str> = names.iter().map(String::as_str).filter(|name| *name != "gone.py").collect();
    for format in FORMATS {
        let whole = project.run(&["check", "--format", format, "--jobs", "4"]);
        let single = project.run(&[&["check", "--format", format, "--jobs", "2"], files.as_slice()].concat());
        assert_eq!(
            (whole.code, &whole.stdout, &whole.stderr),
            (single.code, &single.stdout, &single.stderr),
            "{format}"
        );
    }
}
