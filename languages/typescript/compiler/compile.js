// tsc that can be started before there is anything to compile: node compile.js LIST OPTION... LIST is a file with the
// path of a source on each line, of which there are none on the command line, since that has to be the same for all
// programs. This loads the compiler, compiles a sample, keeps the types of the language that it read for that, and then
// reads LIST, which may be a FIFO. Messages and exit codes are those of tsc with the same options.
"use strict";
const fs = require("fs");
const ts = require("/usr/share/nodejs/typescript");

const [list, ...options] = process.argv.slice(2);
const library = ts.getDirectoryPath(ts.getDefaultLibFilePath({}));
const libraryFiles = new Map();

function compile(sources, write) {
  const command = ts.parseCommandLine([...options, ...sources]);
  const host = ts.createCompilerHost(command.options);
  const read = host.getSourceFile;
  host.getSourceFile = (name, ...rest) => {
    if (!name.startsWith(library)) {
      return read(name, ...rest);
    }
    if (!libraryFiles.has(name)) {
      libraryFiles.set(name, read(name, ...rest));
    }
    return libraryFiles.get(name);
  };
  const program = ts.createProgram({ rootNames: command.fileNames, options: command.options, host, configFileParsingDiagnostics: command.errors });
  const before = ts.getPreEmitDiagnostics(program);
  const emitted = program.emit(undefined, write);
  const diagnostics = ts.sortAndDeduplicateDiagnostics([...before, ...emitted.diagnostics]);
  const exitCode = diagnostics.length === 0 ? 0 : emitted.emitSkipped ? 1 : 2;
  return { exitCode, text: ts.formatDiagnostics(diagnostics, host) };
}

if (!fs.statSync(list).isFile()) {
  compile([`${__dirname}/sample.ts`], () => {});
}
const { exitCode, text } = compile(fs.readFileSync(list, "utf8").split("\n").filter((path) => path !== ""));
fs.writeSync(1, text);
process.exitCode = exitCode;
