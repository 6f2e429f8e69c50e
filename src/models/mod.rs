//! What calls and objects of libraries mean: `rules/models/*.toml`, looked up by dotted name. No judgement here.

mod entering;
mod objects;
mod own;
mod registering;
pub mod schema;

use std::sync::{Arc, LazyLock};

use rustc_hash::{FxHashMap, FxHashSet};
use schema::{
    AccessModel, AnswerModel, BeforeModel, ClassModel, ClientAnswerModel, CompareModel, ConfigurationMeaning,
    ConfigurationModel, CookieModel, DecodeModel, DependencyModel, DeriveModel, EntryModel, GatherModel,
    GuessableModel, InstalledModel, InstanceModel, IntrospectModel, IssueModel, KeyUse, LogModel, MacModel, ModelFile,
    MountModel, NamesModel, ObtainModel, OutgoingModel, ParameterModel, PlatformFunctionModel, PolicyModel,
    ProviderModel, RandomModel, ReaderModel, RefuseModel, RefusingFieldModel, RequestModel, ResponseModel, SchemeModel,
    SettingMapModel, SettingModel, SinkKind, SinkModel, ValidateModel, VerifyModel, ViewClassModel,
};

/// What a dotted name means when it is called (or, for a setting map, read).
#[derive(Clone, Debug)]
pub enum Meaning {
    /// Returns an object of a class.
    Instance(Arc<InstanceModel>),
    /// Reads a setting.
    Setting(Arc<SettingModel>),
    /// A mapping of settings.
    SettingMap(Arc<SettingMapModel>),
    /// Passes its arguments on in another form.
    Derive(Arc<DeriveModel>),
    /// Moves values into containers and objects, or out of them.
    Gather(Arc<GatherModel>),
    /// Does what an operator, a dot or a statement does.
    Access(Arc<AccessModel>),
    /// Checks nothing.
    Inert,
    /// Writes a log.
    Log(Arc<LogModel>),
    /// Opens, runs or fetches what it is given.
    Sink(Arc<SinkModel>),
    /// A keyed digest.
    Mac(Arc<MacModel>),
    /// A digest without a key.
    Digest,
    /// Random bytes.
    Random(Arc<RandomModel>),
    /// What others can foresee.
    Guessable(Arc<GuessableModel>),
    /// A length of time.
    Duration,
    /// What the clock says.
    Clock,
    /// A comparison.
    Compare(Arc<CompareModel>),
    /// Decodes a token.
    Decode(Arc<DecodeModel>),
    /// Validates the claims of a decoded token.
    Validate(Arc<ValidateModel>),
    /// Asks an authorization server about a token.
    Introspect(Arc<IntrospectModel>),
    /// Issues a token.
    Issue(Arc<IssueModel>),
    /// Gets a token from an authorization server.
    Obtain(Arc<ObtainModel>),
    /// Verifies the caller.
    Verify(Arc<VerifyModel>),
    /// Ends the request.
    Refuse(Arc<RefuseModel>),
    /// Makes an answer.
    Response(Arc<ResponseModel>),
    /// Calls another service.
    Outgoing(Arc<OutgoingModel>),
    /// Registers an entry.
    Entry(Arc<EntryModel>),
    /// Says which part of the request a parameter gets.
    Parameter(Arc<ParameterModel>),
    /// Names a function whose result a parameter gets.
    Dependency(Arc<DependencyModel>),
    /// Reads a credential from the request.
    Scheme(Arc<SchemeModel>),
    /// Hands over a table of routes.
    Include,
    /// Reads an item of a part of the request it is handed.
    Reader(Arc<ReaderModel>),
    /// Sets the status of the answer.
    Answer(Arc<AnswerModel>),
    /// A decorator that runs a function before the handler.
    Before(Arc<BeforeModel>),
    /// Puts one object with routes under another.
    Mount(Arc<MountModel>),
    /// Makes a decorator of functions one of methods.
    MethodDecorator,
    /// A decorator that changes nothing.
    Transparent,
    /// Tells who the verified caller is.
    Identity,
}

/// Every model of a run.
#[derive(Debug, Default)]
pub struct Models {
    meanings: FxHashMap<String, Meaning>,
    classes: FxHashMap<String, Arc<ClassModel>>,
    parsers: FxHashSet<String>,
    objects: FxHashMap<String, String>,
    obtaining_methods: FxHashMap<String, Arc<ObtainModel>>,
    integers: FxHashMap<String, i64>,
    aliases: FxHashMap<String, String>,
    roots: FxHashMap<String, String>,
    libraries: FxHashMap<String, String>,
    words: FxHashMap<String, Vec<String>>,
    configuration: FxHashMap<String, Arc<ConfigurationModel>>,
    cookies: Vec<CookieModel>,
    requests: Vec<RequestModel>,
    client_answers: Vec<ClientAnswerModel>,
    platform_functions: Vec<PlatformFunctionModel>,
    handler_tables: Vec<String>,
    hosted_routes: Vec<String>,
    hashing_columns: Vec<String>,
    policies: Vec<Arc<PolicyModel>>,
    inherited: FxHashMap<String, Vec<String>>,
    installed: Vec<InstalledModel>,
    refusing_fields: Vec<RefusingFieldModel>,
    providers: Vec<ProviderModel>,
    view_classes: FxHashMap<String, Arc<ViewClassModel>>,
    view_classes_by_import: Vec<Arc<ViewClassModel>>,
    dependency_lists: Vec<String>,
    sink_methods: FxHashMap<String, SinkKind>,
    registering: registering::RegisteringWords,
    entering: entering::EnteringWords,
    own: own::OwnNames,
}

/// The models that come with the program.
pub fn embedded() -> &'static Models {
    static MODELS: LazyLock<Models> = LazyLock::new(|| all_but(&[]));
    &MODELS
}

/// The same with what users say of their own code, which counts more.
pub fn with_own(files: Vec<ModelFile>) -> Models {
    let mut models = all_but(&[]);
    files.into_iter().for_each(|file| models.add_own(file));
    models
}

/// The same without the files of these names, which is how a test learns whether a file is needed.
pub fn all_but(left_out: &[&str]) -> Models {
    let mut models = Models::default();
    for (name, text) in crate::embedded::MODEL_FILES.iter().filter(|(name, _)| !left_out.contains(name)) {
        let file: ModelFile = toml::from_str(text)
            .unwrap_or_else(|error| unreachable!("rules/models/{name}.toml was checked by the build: {error}"));
        models.add(file);
    }
    models
}

/// The names of the files that come with the program, in order.
pub fn file_names() -> impl Iterator<Item = &'static str> {
    crate::embedded::MODEL_FILES.iter().map(|(name, _)| *name)
}

impl Models {
    /// Adds one library.
    pub fn add(&mut self, file: ModelFile) {
        let ModelFile { library, alias, object, integer, words, .. } = &file;
        for (from, to) in alias {
            self.add_root(from, library);
            self.aliases.insert(from.clone(), to.clone());
        }
        for model in &file.obtain {
            let named = model.methods.iter().map(|name| (name.clone(), Arc::new(model.clone())));
            self.obtaining_methods.extend(named);
        }
        for (path, class) in object {
            self.add_root(path, library);
            self.objects.insert(path.clone(), class.clone());
        }
        for (path, number) in integer {
            self.integers.insert(path.clone(), *number);
        }
        for (path, list) in words {
            self.add_root(path, library);
            self.words.insert(path.clone(), list.clone());
        }
        self.add_calls(file);
    }

    fn add_calls(&mut self, file: ModelFile) {
        let library = file.library;
        self.dependency_lists.extend(file.dependency.iter().filter_map(|model| model.listed_in.clone()));
        macro_rules! add {
            ($($list:expr => $meaning:path),* $(,)?) => {$(
                for model in $list {
                    let model = Arc::new(model);
                    for path in &model.path {
                        self.add_root(path, &library);
                        self.meanings.insert(path.clone(), $meaning(Arc::clone(&model)));
                    }
                }
            )*};
        }
        for model in &file.sink {
            self.sink_methods.extend(model.method.iter().map(|name| (name.clone(), model.kind)));
        }
        add! {
            file.instance => Meaning::Instance, file.setting => Meaning::Setting, file.setting_map => Meaning::SettingMap,
            file.derive => Meaning::Derive, file.gather => Meaning::Gather, file.access => Meaning::Access,
            file.log => Meaning::Log, file.mac => Meaning::Mac, file.sink => Meaning::Sink,
            file.decode => Meaning::Decode, file.validate => Meaning::Validate, file.issue => Meaning::Issue,
            file.obtain => Meaning::Obtain, file.verify => Meaning::Verify, file.introspect => Meaning::Introspect,
            file.refuse => Meaning::Refuse, file.response => Meaning::Response, file.outgoing => Meaning::Outgoing,
            file.entry => Meaning::Entry, file.compare => Meaning::Compare, file.parameter => Meaning::Parameter,
            file.dependency => Meaning::Dependency, file.scheme => Meaning::Scheme, file.answer => Meaning::Answer,
            file.before => Meaning::Before, file.reader => Meaning::Reader, file.mount => Meaning::Mount,
            file.random => Meaning::Random, file.guessable => Meaning::Guessable,
        }
        macro_rules! name {
            ($($list:expr => $meaning:expr),* $(,)?) => {$(
                for path in $list.into_iter().flat_map(|NamesModel { path }| path) {
                    self.add_root(&path, &library);
                    self.meanings.insert(path, $meaning);
                }
            )*};
        }
        name! {
            file.inert => Meaning::Inert, file.transparent => Meaning::Transparent, file.identity => Meaning::Identity,
            file.clock => Meaning::Clock, file.digest => Meaning::Digest, file.duration => Meaning::Duration,
            file.method_decorator => Meaning::MethodDecorator, file.include => Meaning::Include,
        }
        for model in file.view_class {
            let model = Arc::new(model);
            if !model.imported.is_empty() {
                self.view_classes_by_import.push(Arc::clone(&model));
            }
            for path in &model.path {
                self.view_classes.insert(path.clone(), Arc::clone(&model));
            }
        }
        for model in file.class {
            let model = Arc::new(model);
            let first = model.path.first().cloned().unwrap_or_default();
            self.parsers.extend(model.parses.iter().cloned());
            for path in &model.path {
                self.add_root(path, &library);
                self.classes.insert(path.clone(), Arc::clone(&model));
                if *path != first {
                    self.aliases.insert(path.clone(), first.clone());
                }
            }
        }
        self.cookies.extend(file.cookie);
        self.providers.extend(file.provider);
        for model in file.configuration {
            let model = Arc::new(model);
            self.configuration.extend(model.key.iter().map(|key| (key.clone(), Arc::clone(&model))));
        }
        self.requests.extend(file.request);
        self.client_answers.extend(file.client_answer);
        self.platform_functions.extend(file.platform_function);
        self.handler_tables.extend(file.handler_table);
        self.hosted_routes.extend(file.hosted_route);
        self.hashing_columns.extend(file.hashing_column);
        self.installed.extend(file.installed);
        for model in file.inherited {
            self.inherited.extend(model.path.into_iter().map(|path| (path, model.methods.clone())));
        }
        self.policies.extend(file.policy.into_iter().map(Arc::new));
        self.refusing_fields.extend(file.refusing_field);
    }

    fn add_root(&mut self, path: &str, library: &str) {
        self.own.note(path);
        let root = path.split('.').next().unwrap_or_default();
        self.roots.entry(root.to_owned()).or_insert_with(|| library.to_owned());
        self.libraries.entry(path.to_owned()).or_insert_with(|| library.to_owned());
    }

    /// Whether the library of a name also has calls that tell who the verified caller is.
    pub fn tells_identity(&self, path: &str) -> bool {
        let library = self.library(path);
        let mut known = self.meanings.iter().filter(|(_, meaning)| matches!(meaning, Meaning::Identity));
        library.is_some() && known.any(|(path, _)| self.library(path) == library)
    }

    /// The name a library is known by, from a dotted name in it.
    ///
    /// Several libraries can share a top-level module (`google`, `azure`), so the whole name is asked first.
    pub fn library(&self, path: &str) -> Option<&str> {
        let by_root = || self.roots.get(path.split('.').next().unwrap_or_default());
        self.libraries.get(path).or_else(by_root).map(String::as_str)
    }

    /// The name a model uses for a dotted name, where a prefix of it is an alias.
    pub fn canonical<'a>(&'a self, path: &'a str) -> std::borrow::Cow<'a, str> {
        let mut end = path.len();
        loop {
            if let Some(to) = self.aliases.get(&path[..end]) {
                let renamed = format!("{to}{}", &path[end..]);
                // One more step: an alias may lead to a name that is itself another name for something.
                return self.aliases.get(&renamed).cloned().unwrap_or(renamed).into();
            }
            match path[..end].rfind('.') {
                Some(dot) => end = dot,
                None => return path.into(),
            }
        }
    }

    /// What calling a dotted name means. The method of a class may be described at one of its bases.
    pub fn meaning(&self, path: &str) -> Option<&Meaning> {
        self.meanings.get(path).or_else(|| self.meanings.get(self.canonical(path).as_ref())).or_else(|| {
            let (class, name) = path.rsplit_once('.')?;
            self.is_class(class).then(|| self.method(class, name))?
        })
    }

    /// Whether a call makes a client of another service.
    pub fn makes_client(&self, path: &str) -> bool {
        matches!(self.meaning(path), Some(Meaning::Instance(model)) if model.key_use == Some(KeyUse::Asks))
    }

    /// The class of what a parameter of this name holds, where that is what requests are called, in a file that imports these top-level modules: the most
    /// special one of those that fit.
    pub fn request_class(&self, parameter: &str, is_imported: &dyn Fn(&str) -> bool) -> Option<&str> {
        let mut called_so = self.requests.iter().filter(|model| model.named.iter().any(|name| name == parameter));
        let fitting = called_so.clone().filter(|model| model.imported.iter().any(|module| is_imported(module)));
        let best = fitting
            .map(|model| model.class.as_str())
            .reduce(|known, class| if self.is_subclass(class, known) { class } else { known });
        best.or_else(|| called_so.find(|model| model.imported.is_empty()).map(|model| model.class.as_str()))
    }

    /// The call that gets a token, by the name of a method of an object that nobody knows.
    pub fn obtaining_method(&self, name: &str) -> Option<&ObtainModel> {
        self.obtaining_methods.get(name).map(Arc::as_ref)
    }

    /// What the answers of other services say about themselves, by each client library.
    pub fn client_answers(&self) -> &[ClientAnswerModel] {
        &self.client_answers
    }

    /// The class of a library's object that is reached by its dotted name.
    pub fn object(&self, path: &str) -> Option<&str> {
        self.objects.get(path).or_else(|| self.objects.get(self.canonical(path).as_ref())).map(String::as_str)
    }

    /// A library's integer constant.
    pub fn integer(&self, path: &str) -> Option<i64> {
        self.integers.get(path).or_else(|| self.integers.get(self.canonical(path).as_ref())).copied()
    }

    /// The method of this name that sets a cookie.
    pub fn cookie(&self, method: &str) -> Option<&CookieModel> {
        self.cookies.iter().find(|model| model.method == method)
    }

    /// What a configuration key decides; keys of a dictionary of settings are joined by a dot.
    pub fn configuration_meaning(&self, key: &str) -> Option<ConfigurationMeaning> {
        self.configuration.get(key)?.decides
    }

    /// Whether a configuration key holds a secret by what its library does with it.
    pub fn is_secret_key(&self, key: &str) -> bool {
        self.configuration.get(key).is_some_and(|model| model.is_secret)
    }

    /// What is known of a configuration key; of a key inside a dictionary by both, joined by a dot.
    pub fn configuration(&self, key: &str) -> Option<&Arc<ConfigurationModel>> {
        self.configuration.get(key)
    }

    /// What a method of this name does, whatever its object is.
    pub fn sink_method(&self, name: &str) -> Option<SinkKind> {
        self.sink_methods.get(name).copied()
    }

    /// The words that a library's name stands for; of a call, the name ends in `()`.
    pub fn words(&self, path: &str) -> Option<&[String]> {
        self.words.get(path).or_else(|| self.words.get(self.canonical(path).as_ref())).map(Vec::as_slice)
    }

    /// What a base class outside the program makes of the classes that inherit from it.
    pub fn view_class(&self, path: &str) -> Option<&Arc<ViewClassModel>> {
        let by_last_name = || self.view_classes.get(&format!("*.{}", path.rsplit('.').next()?));
        self.view_classes
            .get(path)
            .or_else(|| self.view_classes.get(self.canonical(path).as_ref()))
            .or_else(by_last_name)
    }

    /// Settings that list what stands before all routes.
    pub fn installed(&self) -> &[InstalledModel] {
        &self.installed
    }

    /// Handlers that a base class brings along, by their names.
    pub fn inherited(&self, base: &str) -> &[String] {
        self.inherited
            .get(base)
            .or_else(|| self.inherited.get(self.canonical(base).as_ref()))
            .map_or(&[], Vec::as_slice)
    }

    /// Attributes of applications that hold their handlers by name.
    pub fn handler_tables(&self) -> &[String] {
        &self.handler_tables
    }

    /// Paths that a platform alone asks a container for.
    pub fn hosted_routes(&self) -> &[String] {
        &self.hosted_routes
    }

    /// Types of database columns that keep a hash: `user.password == given` hashes what was given.
    pub fn hashing_columns(&self) -> &[String] {
        &self.hashing_columns
    }

    /// Functions that a platform calls by what they look like.
    pub fn platform_functions(&self) -> &[PlatformFunctionModel] {
        &self.platform_functions
    }

    /// What is asked about the caller before routes that are handed a request of this class.
    pub fn policies(&self, request: &str) -> impl Iterator<Item = &Arc<PolicyModel>> {
        self.policies.iter().filter(move |model| model.request == request)
    }

    /// Fields of answers that say whether they refuse.
    pub fn refusing_fields(&self) -> &[RefusingFieldModel] {
        &self.refusing_fields
    }

    /// Classes that are known by their methods and what their file imports.
    pub fn view_classes_by_import(&self) -> impl Iterator<Item = &Arc<ViewClassModel>> {
        self.view_classes_by_import.iter()
    }

    /// Whether a keyword of this name lists dependencies.
    pub fn lists_dependencies(&self, keyword: &str) -> bool {
        self.dependency_lists.iter().any(|known| known == keyword)
    }

    /// Senders that sign.
    pub fn providers(&self) -> &[ProviderModel] {
        &self.providers
    }
}
