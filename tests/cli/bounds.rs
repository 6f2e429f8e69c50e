//! What an entry costs, in work and not in time: code that is only long must not reach a bound.

use std::fmt::Write as _;

use super::support::Project;

/// A file is one entry, and it reaches no bound.
fn reaches_no_bound(code: &str) {
    let project = Project::new(&[("app.py", code)]);
    let answer = project.run(&["check", "--statistics", "--format", "json"]);
    let has = |line: &str| answer.stderr.lines().any(|found| found.trim_start() == line);
    assert!(!has("0  entries run") && has("0  entries that reached a bound"), "{}", answer.stderr);
}

/// Twelve headers that may be there or not make many paths that differ in a counter: what the helpers do is the same on all.
#[test]
fn helpers_are_run_once_for_paths_that_look_alike_to_them() {
    let mut code = String::from(
        "from flask import Flask, request\n\napp = Flask(__name__)\n\nclass Counters:\n    pass\n\ncounters = Counters()\n",
    );
    let cleaning = ".lower().strip()".repeat(12);
    for stage in 0..12 {
        let next = if stage < 11 { format!("stage_{}(token)", stage + 1) } else { "token".to_owned() };
        let _ = write!(
            code,
            "\ndef stage_{stage}(token):\n    clean = token{cleaning}\n    if len(clean) > {stage}:\n        clean = clean[1:]\n    return {next}\n"
        );
    }
    code.push_str("\n@app.post('/hook')\ndef hook():\n    token = request.headers.get('X-Api-Key', '')\n");
    for part in 0..12 {
        let _ = writeln!(code, "    if request.headers.get('X-Token-{part}'):\n        counters.part_{part} = {part}");
    }
    (0..12).for_each(|stage| {
        let _ = writeln!(code, "    stage_{stage}(token)");
    });
    code.push_str("    return 'ok'\n");
    reaches_no_bound(&code);
}

/// Sixty kinds of messages, each answered by its own branch, make one path each and not a product of them.
#[test]
fn a_long_chain_of_branches_is_no_product_of_its_tests() {
    let mut code = String::from(
        "from flask import Flask, request\n\napp = Flask(__name__)\n\n@app.post('/hook')\ndef hook():\n    kind = request.headers.get('X-Kind')\n    body = request.get_json()\n    if kind == 'ping':\n        answer = 'pong'\n",
    );
    for branch in 0..60 {
        let _ = writeln!(
            code,
            "    elif kind == 'kind-{branch}' and body.get('token-{branch}') and request.headers.get('X-Token-{branch}'):\n        answer = body['text-{branch}']"
        );
    }
    code.push_str("    else:\n        answer = 'unknown'\n    return answer\n");
    reaches_no_bound(&code);
}

/// A dependency of six thousand statements costs more than a route may. It is run once, on its own account, and each route behind it
/// is understood: the one that asks for no more than a header is reported, and the one that compares it is not.
#[test]
fn a_long_dependency_is_run_once_for_the_routes_that_need_it() {
    let long = |last: &str| {
        let mut code = String::from("def caller(x_api_key: str = Header(None)):\n    audit = ''\n");
        for line in 0..6_000 {
            let _ = writeln!(code, "    audit = str({line}).strip() + '-' + str(len(x_api_key or '')).strip()");
        }
        code + last
    };
    let app = |dependency: &str| {
        let mut code = format!(
            "import hmac\nimport os\n\nfrom fastapi import APIRouter, Depends, FastAPI, Header, HTTPException\n\napp = FastAPI()\n\n\n{dependency}"
        );
        for route in 0..30 {
            let _ = write!(
                code,
                "\n\n@app.post('/orders/{route}', dependencies=[Depends(caller)])\ndef order_{route}(who=Depends(caller)):\n    return {{'who': who}}\n"
            );
        }
        code
    };
    let refused = "        raise HTTPException(status_code=401)\n    return 'shop'\n";
    let compared = format!("    if not hmac.compare_digest(x_api_key or '', os.environ['SHOP_KEY']):\n{refused}");
    let only_there = format!("    if not x_api_key:\n{refused}");
    for (last, is_checked) in [(compared, true), (only_there, false)] {
        let code = app(&long(&last));
        reaches_no_bound(&code);
        let project = Project::new(&[("app.py", &code)]);
        let map = project.run(&["routes", "--format", "json"]).stdout;
        let open = map.matches("\"protection\": \"open\"").count();
        assert_eq!(open, if is_checked { 0 } else { 30 }, "{}", &map[..map.len().min(2000)]);
    }
}

/// Middleware that decodes a token stands before a dependency that is long: routes are understood all the same, and what the
/// dependency validates is what the middleware decoded.
#[test]
fn a_long_dependency_validates_what_was_decoded_before_it() {
    let app = |last: &str| {
        let mut code = String::from(
            "import os\n\nfrom authlib.jose import jwt\nfrom fastapi import Depends, FastAPI, HTTPException, Request\n\napp = FastAPI()\n\n\n\
             @app.middleware('http')\nasync def opened(request: Request, call_next):\n    token = request.headers['Authorization'].removeprefix('Bearer ')\n    \
             request.state.claims = jwt.decode(token, os.environ['SHOP_KEY'])\n    return await call_next(request)\n\n\n\
             def caller(request: Request):\n    claims = request.state.claims\n    audit = ''\n",
        );
        for line in 0..6_000 {
            let _ = writeln!(code, "    audit = str({line}).strip() + '-' + str(len(claims or '')).strip()");
        }
        code.push_str(last);
        for route in 0..8 {
            let _ = write!(
                code,
                "\n\n@app.post('/orders/{route}')\ndef order_{route}(who=Depends(caller)):\n    return {{'who': who}}\n"
            );
        }
        code
    };
    let validated = "    claims.validate()\n    return claims['sub']\n";
    let believed = "    return claims['sub']\n";
    for (last, is_validated) in [(validated, true), (believed, false)] {
        let code = app(last);
        reaches_no_bound(&code);
        let project = Project::new(&[("app.py", &code)]);
        let found = project.run(&["check", "--format", "concise"]).stdout;
        assert_eq!(found.contains("claims-not-validated"), !is_validated, "{found}");
    }
}

/// Twelve layers of middleware, each with several ways on and much to do, cost more than a route may before its handler begins. The
/// way is run once: routes behind a check are guarded, those behind nothing but layers are open, and nobody reaches a bound.
#[test]
fn a_stack_of_middleware_is_run_once_for_the_routes_behind_it() {
    let app = |refusal: &str| {
        let mut code = String::from(
            "import hmac\nimport os\n\nfrom fastapi import FastAPI, Request\nfrom fastapi.responses import JSONResponse\n\napp = FastAPI()\n",
        );
        for layer in 0..12 {
            let _ = write!(
                code,
                "\n\n@app.middleware('http')\nasync def layer_{layer}(request: Request, call_next):\n    key = request.headers.get('X-Api-Key', '')\n    audit = ''\n"
            );
            for line in 0..60 {
                let _ = writeln!(code, "    audit = str({line}).strip() + '-' + str(len(audit)).strip()");
            }
            if layer == 5 {
                code.push_str(refusal);
            }
            let _ = write!(
                code,
                "    if request.headers.get('X-Trace-{layer}'):\n        request.state.trace_{layer} = audit\n        return await call_next(request)\n    \
                 if request.headers.get('X-Batch-{layer}'):\n        request.state.batch_{layer} = audit\n        response = await call_next(request)\n        response.headers['X-Batch'] = audit\n        return response\n    \
                 return await call_next(request)\n"
            );
        }
        for route in 0..20 {
            let _ = write!(
                code,
                "\n\n@app.post('/orders/{route}')\nasync def order_{route}(request: Request):\n    return await request.json()\n"
            );
        }
        code
    };
    let compared = "    if not hmac.compare_digest(key, os.environ['SHOP_KEY']):\n        return JSONResponse({}, status_code=401)\n";
    for (refusal, is_checked) in [(compared, true), ("", false)] {
        let code = app(refusal);
        reaches_no_bound(&code);
        let project = Project::new(&[("app.py", &code)]);
        let map = project.run(&["routes", "--format", "json"]).stdout;
        let open = map.matches("\"protection\": \"open\"").count();
        assert_eq!(open, if is_checked { 0 } else { 20 }, "{}", &map[..map.len().min(2000)]);
    }
}
