#!/usr/bin/env python3
"""Build the corpora of real code that bearerlint is tried and measured on.

    python3 bench/corpus.py target/corpus                  # small, medium and large: about 1 GB
    python3 bench/corpus.py target/corpus --size medium    # small and medium: about 100 MB

small   libraries for Flask, JWT, OAuth and HTTP: most findings worth reading are here
medium  web applications and frameworks, small included
large   cloud SDKs, science, some giant generated files, medium included: for time and memory

Wheels of pinned versions are downloaded from the package index and their *.py files unpacked to DEST/SIZE/NAME-VERSION/.
Nothing of a package is installed or run. A second run downloads only what is missing; packages that are no longer pinned are
removed from the trees. Ends with 1 and names them when packages could not be had: figures of such a corpus compare with
nothing.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

SIZES = {
    "small": """
        flask==3.1.0 werkzeug==3.1.3 flask-jwt-extended==4.7.1 pyjwt==2.10.1 authlib==1.4.0 python-jose==3.3.0
        flask-httpauth==4.8.0 flask-login==0.6.3 flask-appbuilder==4.5.2 flask-restx==1.3.0 flask-smorest==0.45.0
        flask-security==5.5.2 connexion==3.1.0 itsdangerous==2.2.0 requests==2.32.3
    """,
    "medium": """
        django==5.1.4 mlflow-skinny==2.19.0 mlflow==2.19.0 celery==5.4.0 ansible-core==2.18.1 jupyter-server==2.15.0
        jupyterhub==5.2.1 gradio==5.9.1 litellm==1.56.5 aiohttp==3.9.5 sanic==24.12.0 httpx==0.28.1 fastapi==0.115.6
        starlette==0.41.3 langflow-base==0.1.3 prefect==3.1.11 dagster==1.9.6 apache-airflow==2.10.4
        redash-toolbelt==0.1.9 label-studio==1.14.0 social-auth-core==4.5.4 python-keycloak==5.1.1 wtforms==3.2.1
    """,
    "large": """
        homeassistant==2024.3.3 sympy==1.13.3 pandas==2.2.3 scipy==1.14.1 transformers==4.47.1 botocore==1.35.90
        boto3==1.35.90 google-cloud-compute==1.22.0 azure-mgmt-network==28.1.0 azure-mgmt-web==7.3.1
        azure-mgmt-compute==33.1.0 azure-mgmt-containerservice==33.0.0 azure-mgmt-datafactory==9.1.0 azure-mgmt-sql==3.0.1
        torch==2.2.2 tensorflow-cpu==2.18.0 apache-airflow-providers-google==12.0.0 apache-airflow-providers-amazon==9.2.0
        kubernetes==31.0.0 plotly==5.24.1 openai==1.58.1 stripe==11.4.1 twilio==9.4.1 dash==2.18.2 scikit-learn==1.6.0
        google-ads==25.1.0 ray==2.40.0 dbt-core==1.9.1 snowflake-connector-python==3.12.4 zenml==0.71.0 openbb-core==1.3.7
    """,
}

# The wheels are the same on every machine, whatever its system and Python: one named platform, its older names, and any.
PLATFORMS = ["manylinux2014_x86_64", "manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux1_x86_64", "any"]


class Unavailable(Exception):
    """A package could not be downloaded or unpacked; the text says why."""


def folder_name(pin):
    return pin.replace("==", "-")


def download(pin, folder):
    """The wheel of a pinned package."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary=:all:", "--python-version", "3.11", "--dest", str(folder)]
    for platform in PLATFORMS:
        command += ["--platform", platform]
    done = subprocess.run([*command, pin], capture_output=True, text=True)
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode != 0 or not wheels:
        said = done.stderr.strip().splitlines()
        raise Unavailable(said[-1] if said else f"pip ended with {done.returncode}")
    return wheels[0]


def unpack(wheel, folder):
    """The Python files of a wheel. Names that lead out of the folder are left out."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                path = pathlib.PurePosixPath(name)
                if path.suffix == ".py" and not path.is_absolute() and ".." not in path.parts:
                    archive.extract(name, folder)
    except (OSError, zipfile.BadZipFile) as error:
        raise Unavailable(f"{wheel.name}: {error}") from error


def fetch(pin, store):
    """Has the package unpacked in the store. Unpacks beside it and renames: an interrupted run leaves nothing half done."""
    target = store / folder_name(pin)
    if target.exists():
        return
    unfinished = store / f"{target.name}.part"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    with tempfile.TemporaryDirectory() as folder:
        unpack(download(pin, pathlib.Path(folder)), unfinished)
    unfinished.rename(target)


def link_or_copy(source, target):
    """Hard links, since walkers do not follow symbolic ones; copies where the file system has none."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def lay_out(tree, names, store):
    """Makes the tree hold exactly the named packages."""
    tree.mkdir(exist_ok=True)
    for present in tree.iterdir():
        if present.name not in names:
            shutil.rmtree(present)
    for name in names:
        if not (tree / name).exists():
            shutil.copytree(store / name, tree / name, copy_function=link_or_copy)


def describe(size, tree):
    files = size_in_bytes = lines = 0
    for path in tree.rglob("*.py"):
        if path.is_file():
            data = path.read_bytes()
            files += 1
            size_in_bytes += len(data)
            lines += data.count(b"\n")
    print(f"{size}: {files:,} files, {size_in_bytes / 1e6:.1f} MB, {lines:,} lines", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dest", type=pathlib.Path, help="folder for the corpora; made where it is missing")
    parser.add_argument("--size", choices=list(SIZES), default="large", help="the largest wanted; smaller ones come with it")
    arguments = parser.parse_args()
    store = arguments.dest / "packages"
    store.mkdir(parents=True, exist_ok=True)

    missing, names = [], []
    for size, pins in SIZES.items():
        for pin in pins.split():
            try:
                fetch(pin, store)
                names.append(folder_name(pin))
            except Unavailable as reason:
                missing.append(pin)
                print(f"{pin}: {reason}", file=sys.stderr, flush=True)
        lay_out(arguments.dest / size, names, store)
        describe(size, arguments.dest / size)
        if size == arguments.size:
            break
    if missing:
        sys.exit(f"incomplete: {', '.join(missing)} could not be had; run again, figures would compare with nothing")


if __name__ == "__main__":
    main()
