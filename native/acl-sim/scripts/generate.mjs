/**
 * Writes what the build derives from acl-abi.json: export maps of the variants, the stub library, the trampolines of
 * the split libraries, texts of error codes, and the sources that compare a header with the table.
 * Usage: node generate.mjs ACL-ABI.JSON OUTPUT-FOLDER ADDON-HEADER
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { addonCheck, simulatorCheck } from './abi-checks.mjs';

const [abiFile, folder, addonHeader] = process.argv.slice(2);
const abi = JSON.parse(readFileSync(abiFile, 'utf8'));
mkdirSync(folder, { recursive: true });

/** Unchanged files keep their time, so that nothing is compiled again. */
function write(name, text) {
  const file = path.join(folder, name);
  let old = null;
  try {
    old = readFileSync(file, 'utf8');
  } catch {
    // first build
  }
  if (old !== text) writeFileSync(file, text);
}

const forwardPrefix = 'aclsim_fwd_';
const testOnly = ['aclsim_register_backend', 'aclsim_set_faults', 'aclsim_report', 'aclsim_signal_handlers'];

function exportMap(names) {
  return `{\n  global:\n${[...names, ...testOnly].map((name) => `    ${name};\n`).join('')}  local:\n    *;\n};\n`;
}

function names(wanted) {
  return abi.symbols.filter(wanted).map((symbol) => symbol.name);
}

const forwarded = names((symbol) => symbol.library !== 'rt');
write('exports-full.map', exportMap(names(() => true)));
write('exports-old.map', exportMap(names((symbol) => !symbol.optional)));
write('exports-rt.map', exportMap([...names((symbol) => symbol.library === 'rt'), ...forwarded.map((name) => forwardPrefix + name)]));
write('forwards.rsp', forwarded.map((name) => `--defsym=${forwardPrefix}${name}=${name}\n`).join(''));

/** Functions that jump to the runtime library, where the implementation and its state are. */
function trampolines(library) {
  const jump = `
#if defined(__x86_64__)
  #define JUMP(name) jmp ${forwardPrefix}##name@PLT
#elif defined(__aarch64__)
  #define JUMP(name) b ${forwardPrefix}##name
#else
  #error "the split libraries are for x86-64 and aarch64"
#endif
#define FORWARD(name) .globl name; .type name, %function; name: JUMP(name)
.text
`;
  const lines = names((symbol) => symbol.library === library).map((name) => `FORWARD(${name})\n`);
  return `${jump.trimStart()}${lines.join('')}.section .note.GNU-stack,"",%progbits\n`;
}
write('forward-mdl.S', trampolines('mdl'));
write('forward-prof.S', trampolines('prof'));

/** The library of `devlib/stub`: every call says that it is no real one. */
function stub() {
  const body = (symbol) => {
    const result = symbol.prototype.slice(0, symbol.prototype.indexOf(symbol.name)).trim();
    if (result === 'void') return `void ${symbol.name}(void) {}`;
    if (result.endsWith('*')) return `void *${symbol.name}(void) { return 0; }`;
    if (result === 'size_t') return `unsigned long ${symbol.name}(void) { return 0; }`;
    if (result === 'float') return `float ${symbol.name}(void) { return 0; }`;
    return `int ${symbol.name}(void) { return ${result === 'aclError' ? 100039 : 0}; }`;
  };
  return `${abi.symbols.map(body).join('\n')}\n`;
}
write('stub.c', stub());

const cases = abi.errors.map(({ code, meaning }) => `    case ${code}: return ${JSON.stringify(meaning)};\n`);
write('error-meanings.inc', `static const char *errorMeaning(int code) {\n  switch (code) {\n${cases.join('')}    default: return "unknown error";\n  }\n}\n`);

write('abi-check-simulator.cpp', simulatorCheck(abi));
write('abi-check-addon.cpp', addonCheck(abi, readFileSync(addonHeader, 'utf8')));
