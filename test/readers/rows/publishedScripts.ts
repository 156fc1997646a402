import { link } from "../content.ts";
import { onlyItself } from "../projects.ts";
import type { Reader } from "../reader.ts";
import { main, printed, published, script } from "./published.ts";

const saidC = `unsafe extern "C" {
    fn said() -> *const std::ffi::c_char;
}
${printed("unsafe { std::ffi::CStr::from_ptr(said()) }.to_str().unwrap()")}`;
const proto = (kind: string) => `syntax = "proto3";\npackage part;\nmessage Part { ${kind} said = 1; }\n`;
const protos = {
  "proto/said.proto":
    'syntax = "proto3";\npackage said;\nimport "part.proto";\nmessage Said { part.Part part = 1; }\n',
  "proto/part.proto": proto("int32"),
};
const generatedProtos = main(
  'mod part {\n    include!(concat!(env!("OUT_DIR"), "/part.rs"));\n}',
  'mod said {\n    include!(concat!(env!("OUT_DIR"), "/said.rs"));\n}',
  printed("std::any::type_name_of_val(&said::Said::default().part.unwrap_or_default().said)"),
);

/** Crates that build scripts use to read files. */
export const publishedScripts: readonly Reader[] = [
  published("`cc`: a header", {
    builds: ["cc"],
    files: {
      ...main(saidC),
      ...script(
        'cc::Build::new().file("src/said.c").compile("said");',
        'println!("cargo::rerun-if-changed=src/said.c");',
      ),
      "src/said.c": '#include "words.h"\nconst char *said(void) { return SAID; }\n',
      "src/words.h": '#define SAID "one"\n',
    },
    edits: { "src/words.h": '#define SAID "two"\n' },
  }),
  published("`cmake`: a file that `CMakeLists.txt` includes", {
    builds: ["cmake"],
    settings: "nativeBuildInputs: [pkgs.cmake, pkgs.make]",
    files: {
      ...main(saidC),
      ...script(
        onlyItself,
        'let built = cmake::build("native");',
        'println!("cargo::rustc-link-search=native={}/lib", built.display());',
        'println!("cargo::rustc-link-lib=static=said");',
      ),
      "native/CMakeLists.txt":
        'cmake_minimum_required(VERSION 3.10)\nproject(said C)\ninclude(words.cmake)\nadd_library(said STATIC said.c)\ntarget_compile_definitions(said PRIVATE SAID="${WORD}")\ninstall(TARGETS said DESTINATION lib)\n',
      "native/words.cmake": 'set(WORD "one")\n',
      "native/said.c": "const char *said(void) { return SAID; }\n",
    },
    edits: { "native/words.cmake": 'set(WORD "two")\n' },
  }),
  published("`cxx-build`: a header", {
    uses: ["cxx"],
    builds: ["cxx-build"],
    files: {
      ...main(
        '#[cxx::bridge]\nmod ffi {\n    unsafe extern "C++" {\n        include!("app/src/said.h");\n        fn said() -> i32;\n    }\n}',
        printed("ffi::said()"),
      ),
      ...script(onlyItself, 'cxx_build::bridge("src/main.rs").file("src/said.cc").compile("said");'),
      "src/said.h": '#include "number.h"\nint said();\n',
      "src/number.h": "#define NUMBER 1\n",
      "src/said.cc": '#include "app/src/said.h"\nint said() { return NUMBER; }\n',
    },
    edits: { "src/number.h": "#define NUMBER 2\n" },
    says: ["1", "2"],
  }),
  published("`bindgen`: a header that another one includes", {
    builds: ["bindgen"],
    settings: "nativeBuildInputs: [pkgs.libclang]",
    files: {
      ...main('include!(concat!(env!("OUT_DIR"), "/said.rs"));', printed("SAID")),
      ...script(
        onlyItself,
        'bindgen::Builder::default().header("src/said.h").generate().unwrap().write_to_file(format!("{}/said.rs", std::env::var("OUT_DIR").unwrap())).unwrap();',
      ),
      "src/said.h": '#include "number.h"\n',
      "src/number.h": "#define SAID 1\n",
    },
    edits: { "src/number.h": "#define SAID 2\n" },
    says: ["1", "2"],
  }),
  published("`cbindgen`: its settings", {
    builds: ["cbindgen"],
    files: {
      ...main(
        '#[unsafe(no_mangle)]\npub extern "C" fn said() {}',
        printed('include_str!(concat!(env!("OUT_DIR"), "/said.h")).lines().next().unwrap()'),
      ),
      ...script(
        onlyItself,
        'cbindgen::generate(std::env::var("CARGO_MANIFEST_DIR").unwrap()).unwrap().write_to_file(format!("{}/said.h", std::env::var("OUT_DIR").unwrap()));',
      ),
      "cbindgen.toml": 'header = "// one"\nlanguage = "C"\n',
    },
    edits: { "cbindgen.toml": 'header = "// two"\nlanguage = "C"\n' },
    says: ["// one", "// two"],
  }),
  published("`csbindgen`: a Rust file that is no module", {
    builds: ["csbindgen"],
    files: {
      ...main(
        printed(
          'if include_str!(concat!(env!("OUT_DIR"), "/said.cs")).contains("one") { "one" } else { "two" }',
        ),
      ),
      ...script(
        onlyItself,
        'csbindgen::Builder::default().input_extern_file("src/ffi.rs").csharp_dll_name("said").generate_csharp_file(format!("{}/said.cs", std::env::var("OUT_DIR").unwrap())).unwrap();',
      ),
      "src/ffi.rs": '#[no_mangle]\npub extern "C" fn one() {}\n',
    },
    edits: { "src/ffi.rs": '#[no_mangle]\npub extern "C" fn two() {}\n' },
  }),
  published("`prost-build`: a file that another one imports, by `protoc`", {
    uses: ["prost"],
    builds: ["prost-build"],
    settings: "nativeBuildInputs: [pkgs.protobuf]",
    env: { PROTOC: "/usr/bin/protoc" },
    files: {
      ...generatedProtos,
      ...script(
        onlyItself,
        'prost_build::compile_protos(&["proto/said.proto", "proto/part.proto"], &["proto"]).unwrap();',
      ),
      ...protos,
    },
    edits: { "proto/part.proto": proto("int64") },
    says: ["i32", "i64"],
  }),
  published("`prost-build`: a file that another one imports, by a static `protoc`", {
    uses: ["prost"],
    builds: ["prost-build", "protoc-bin-vendored"],
    files: {
      ...generatedProtos,
      ...script(
        onlyItself,
        'prost_build::Config::new().protoc_executable(protoc_bin_vendored::protoc_bin_path().unwrap()).compile_protos(&["proto/said.proto", "proto/part.proto"], &["proto"]).unwrap();',
      ),
      ...protos,
    },
    edits: { "proto/part.proto": proto("int64") },
    says: ["i32", "i64"],
  }),
  published("`protox`: a file that another one imports", {
    uses: ["prost"],
    builds: ["prost-build", "protox"],
    files: {
      ...generatedProtos,
      ...script(
        onlyItself,
        'prost_build::compile_fds(protox::compile(["said.proto", "part.proto"], ["proto"]).unwrap()).unwrap();',
      ),
      ...protos,
    },
    edits: { "proto/part.proto": proto("int64") },
    says: ["i32", "i64"],
  }),
  published("`tonic-prost-build`: a file that another one imports", {
    uses: ["prost"],
    builds: ["tonic-prost-build", "protoc-bin-vendored"],
    files: {
      ...generatedProtos,
      ...script(
        onlyItself,
        "let mut config = tonic_prost_build::Config::new();",
        "config.protoc_executable(protoc_bin_vendored::protoc_bin_path().unwrap());",
        'tonic_prost_build::configure().build_client(false).build_server(false).compile_with_config(config, &["proto/said.proto", "proto/part.proto"], &["proto"]).unwrap();',
      ),
      ...protos,
    },
    edits: { "proto/part.proto": proto("int64") },
    says: ["i32", "i64"],
  }),
  published("`protobuf-codegen`: a file that another one imports", {
    uses: ["protobuf"],
    builds: ["protobuf-codegen"],
    files: {
      ...main(
        'mod generated {\n    include!(concat!(env!("OUT_DIR"), "/generated/mod.rs"));\n}',
        printed("std::any::type_name_of_val(&generated::part::Part::new().said)"),
      ),
      ...script(
        onlyItself,
        'protobuf_codegen::Codegen::new().pure().include("proto").inputs(["proto/said.proto", "proto/part.proto"]).cargo_out_dir("generated").run_from_script();',
      ),
      ...protos,
    },
    edits: { "proto/part.proto": proto("int64") },
    says: ["i32", "i64"],
  }),
  published("`cargo_metadata`: another package's manifest", {
    builds: ["cargo_metadata"],
    files: {
      ...main(printed('env!("SAID")')),
      ...script(
        onlyItself,
        'let all = cargo_metadata::MetadataCommand::new().no_deps().manifest_path("other/Cargo.toml").exec().unwrap();',
        'println!("cargo::rustc-env=SAID={}", all.packages[0].description.clone().unwrap());',
      ),
      "other/Cargo.toml":
        '[package]\nname = "other"\nversion = "0.1.0"\nedition = "2021"\ndescription = "one"\n\n[workspace]\n',
      "other/src/lib.rs": "",
    },
    edits: {
      "other/Cargo.toml":
        '[package]\nname = "other"\nversion = "0.1.0"\nedition = "2021"\ndescription = "two"\n\n[workspace]\n',
    },
  }),
  published("`glob`: names", {
    builds: ["glob"],
    files: {
      ...main(printed('env!("SAID")')),
      ...script(
        onlyItself,
        'println!("cargo::rustc-env=SAID={}", glob::glob("texts/**/*.txt").unwrap().count());',
      ),
      "texts/a.txt": "",
    },
    edits: { "texts/deep/b.txt": "" },
    says: ["1", "2"],
  }),
  published("`walkdir`: names, through a link", {
    builds: ["walkdir"],
    files: {
      ...main(printed('env!("SAID")')),
      ...script(
        onlyItself,
        'println!("cargo::rustc-env=SAID={}", walkdir::WalkDir::new("linked").follow_links(true).into_iter().filter(|each| each.as_ref().unwrap().file_type().is_file()).count());',
      ),
      "texts/a.txt": "",
      linked: link("texts"),
    },
    edits: { "texts/deep/b.txt": "" },
    says: ["1", "2"],
  }),
  published("`ignore`: names that `.ignore` leaves", {
    builds: ["ignore"],
    files: {
      ...main(printed('env!("SAID")')),
      ...script(
        onlyItself,
        'println!("cargo::rustc-env=SAID={}", ignore::Walk::new("texts").filter(|each| each.as_ref().unwrap().path().is_file()).count());',
      ),
      "texts/a.txt": "",
      "texts/b.txt": "",
    },
    edits: { "texts/.ignore": "b.txt\n" },
    says: ["2", "1"],
  }),
  published("`memmap2`: a file", {
    builds: ["memmap2"],
    files: {
      ...main(printed('env!("SAID")')),
      ...script(
        onlyItself,
        'let map = unsafe { memmap2::Mmap::map(&std::fs::File::open("said.txt").unwrap()) }.unwrap();',
        'println!("cargo::rustc-env=SAID={}", std::str::from_utf8(&map).unwrap());',
      ),
      "said.txt": "one",
    },
    edits: { "said.txt": "two" },
  }),
  published("`io-uring`: a file", {
    builds: ["io-uring", "libc"],
    files: {
      ...main(printed('env!("SAID")')),
      ...script(
        onlyItself,
        "let Ok(mut ring) = io_uring::IoUring::new(4) else {",
        '    println!("cargo::rustc-env=SAID={}", std::fs::read_to_string("said.txt").unwrap());',
        "    return;",
        "};",
        "let mut run = |entry: io_uring::squeue::Entry| {",
        "    unsafe { ring.submission().push(&entry).unwrap() };",
        "    ring.submit_and_wait(1).unwrap();",
        "    ring.completion().next().unwrap().result()",
        "};",
        'let path = c"said.txt";',
        "let file = run(io_uring::opcode::OpenAt::new(io_uring::types::Fd(libc::AT_FDCWD), path.as_ptr()).build());",
        "let mut text = [0u8; 16];",
        "let length = run(io_uring::opcode::Read::new(io_uring::types::Fd(file), text.as_mut_ptr(), 16).build());",
        'println!("cargo::rustc-env=SAID={}", std::str::from_utf8(&text[..length as usize]).unwrap());',
      ),
      "said.txt": "one",
    },
    edits: { "said.txt": "two" },
  }),
  published("`serde_json`: a file", {
    builds: ["serde_json"],
    files: {
      ...main(printed('env!("SAID")')),
      ...script(
        onlyItself,
        'let value: serde_json::Value = serde_json::from_reader(std::fs::File::open("said.json").unwrap()).unwrap();',
        'println!("cargo::rustc-env=SAID={}", value["said"].as_str().unwrap());',
      ),
      "said.json": '{"said": "one"}',
    },
    edits: { "said.json": '{"said": "two"}' },
  }),
  published("`dotenvy`: a file above", {
    builds: ["dotenvy"],
    files: {
      ...main(printed('env!("SAID")')),
      ...script(
        onlyItself,
        "dotenvy::dotenv().unwrap();",
        'println!("cargo::rustc-env=SAID={}", std::env::var("SAID").unwrap());',
      ),
      ".env": "SAID=one\n",
    },
    edits: { ".env": "SAID=two\n" },
  }),
  published("`syn`: a Rust file that is no module", {
    builds: ["syn:full"],
    files: {
      ...main(printed('env!("SAID")')),
      ...script(
        onlyItself,
        'let file = syn::parse_file(&std::fs::read_to_string("src/spare.rs").unwrap()).unwrap();',
        'println!("cargo::rustc-env=SAID={}", file.items.len());',
      ),
      "src/spare.rs": "fn one() {}\n",
    },
    edits: { "src/spare.rs": "fn one() {}\nfn two() {}\n" },
    says: ["1", "2"],
  }),
  published("`csv`: a table", {
    builds: ["csv"],
    files: {
      ...main(printed('env!("SAID")')),
      ...script(
        onlyItself,
        'println!("cargo::rustc-env=SAID={}", csv::Reader::from_path("said.csv").unwrap().records().count());',
      ),
      "said.csv": "word\none\n",
    },
    edits: { "said.csv": "word\none\ntwo\n" },
    says: ["1", "2"],
  }),
  published("`tera`: templates", {
    builds: ["tera:!"],
    files: {
      ...main(printed('env!("SAID")')),
      ...script(
        onlyItself,
        "let mut texts = tera::Tera::new();",
        'texts.add_template_files(["said.txt", "part.txt"].map(|name| (format!("templates/{name}"), Some(name)))).unwrap();',
        'println!("cargo::rustc-env=SAID={}", texts.render("said.txt", &tera::Context::new()).unwrap());',
      ),
      "templates/said.txt": '{% include "part.txt" %}',
      "templates/part.txt": "one",
    },
    edits: { "templates/part.txt": "two" },
  }),
];
