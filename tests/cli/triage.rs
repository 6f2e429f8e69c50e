//! Which files are passed over unparsed.

use crate::support::Project;

/// Registered in another file, with no word of a credential and no name of a framework beside it.
#[test]
fn a_route_on_an_object_of_another_file_is_on_the_map() {
    let base =
        "from fastapi import APIRouter, FastAPI\n\napp = FastAPI()\nrows = APIRouter()\napp.include_router(rows)\n";
    let rows = "from base import rows\nfrom store import remove\n\n\n@rows.delete('/rows/{row}')\ndef delete_row(row):\n    \
                remove(row)\n";
    let plain = "def area(width, height):\n    return width * height\n";
    let project = Project::new(&[("base.py", base), ("rows.py", rows), ("plain.py", plain)]);
    let routes = project.run(&["routes", "--isolated"]).stdout;
    assert!(routes.contains("DELETE /rows/{row}"), "{routes}");
    let parsed = project.run(&["check", "--isolated", "--statistics"]).stderr;
    assert!(parsed.contains(" 3  files read") && parsed.contains(" 2  files parsed"), "{parsed}");
    let parsed = project.run(&["check", "--isolated", "--statistics", "--no-triage"]).stderr;
    assert!(parsed.contains(" 3  files parsed"), "{parsed}");
}
