/** C++ sources whose compilation compares a header with the shared table. */

function equal(what, expression, value) {
  return `static_assert(static_cast<long long>(${expression}) == ${value}LL, "${what}");\n`;
}

function layout(name, { size, fields }) {
  return [
    equal(`size of ${name}`, `sizeof(${name})`, size),
    ...Object.entries(fields).flatMap(([field, at]) => [
      equal(`offset of ${name}.${field}`, `offsetof(${name}, ${field})`, at.offset),
      equal(`size of ${name}.${field}`, `sizeof(${name}::${field})`, at.size),
    ]),
  ].join('');
}

function sameText(what, expression, text) {
  return `static_assert(sameText(${expression}, ${JSON.stringify(text)}), "${what}");\n`;
}

const textHelper = `constexpr bool sameText(const char *a, const char *b) {
  return *a == *b && (*a == '\\0' || sameText(a + 1, b + 1));
}
`;

/** Everything the table has must be in the simulator's header, prototypes included. */
export function simulatorCheck(abi) {
  return [
    '#include "acl_sim_abi.h"\n',
    // a second declaration of the same function compiles only when it says the same
    `extern "C" {\n${abi.symbols.map((symbol) => `${symbol.prototype};\n`).join('')}}\n`,
    textHelper,
    ...Object.entries(abi.enums).flatMap(([, values]) => Object.entries(values).map(([name, value]) => equal(name, name, value))),
    ...Object.entries(abi.constants).map(([name, value]) => equal(name, name, value)),
    ...Object.entries(abi.sizes).map(([name, size]) => equal(`size of ${name}`, `sizeof(${name})`, size)),
    ...Object.entries(abi.structs).map(([name, struct]) => layout(name, struct)),
    sameText('name of the gear input', 'ACL_DYNAMIC_TENSOR_NAME', abi.tensorNames.dynamicTensor),
    sameText('name of the AIPP input', 'ACL_DYNAMIC_AIPP_NAME', abi.tensorNames.dynamicAipp),
  ].join('');
}

/**
 * The addon declares only what it uses: what occurs in its header is compared.
 * @param {string} header text of the addon's header
 */
export function addonCheck(abi, header) {
  const declared = (name) => new RegExp(`\\b${name}\\b`).test(header);
  const parts = ['#include <initializer_list>\n#include <type_traits>\n#include "acl-abi.hpp"\n', textHelper];
  for (const values of Object.values(abi.enums)) {
    for (const [name, value] of Object.entries(values)) if (declared(name)) parts.push(equal(name, name, value));
  }
  for (const [name, value] of Object.entries(abi.constants)) if (declared(name)) parts.push(equal(name, name, value));
  for (const [name, size] of Object.entries(abi.sizes)) if (declared(name)) parts.push(equal(`size of ${name}`, `sizeof(${name})`, size));
  for (const [name, struct] of Object.entries(abi.structs)) if (declared(name)) parts.push(layout(name, struct));
  if (declared('ACL_DYNAMIC_TENSOR_NAME')) parts.push(sameText('name of the gear input', 'ACL_DYNAMIC_TENSOR_NAME', abi.tensorNames.dynamicTensor));
  if (declared('OM_MAGIC')) parts.push(equal('magic of an .om file', 'OM_MAGIC', abi.omHeader.magic));
  if (declared('OM_HEADER_BYTES')) parts.push(equal('header of an .om file', 'OM_HEADER_BYTES', abi.omHeader.headerBytes));
  return parts.join('') + prototypes(abi, declared);
}

/** The addon lists its functions as X(result, name, (parameters)); each becomes a type and is compared with the table's. */
function prototypes(abi, declared) {
  const known = abi.symbols.filter((symbol) => declared(symbol.name));
  const table = known.map(({ name, prototype }) => `using ${name}_table = ${functionType(name, prototype)};\n`);
  return `
${table.join('')}
#define ABI_CHECK(result, name, parameters) \\
  static_assert(std::is_same_v<result(*) parameters, name##_table>, "prototype of " #name);
ACL_REQUIRED_SYMBOLS(ABI_CHECK)
ACL_OPTIONAL_SYMBOLS(ABI_CHECK)
#undef ABI_CHECK
${required(abi)}`;
}

function functionType(name, prototype) {
  const at = prototype.indexOf(name);
  return `${prototype.slice(0, at).trim()} (*)${prototype.slice(at + name.length)}`;
}

/** What the addon requires must not be a symbol that libraries may lack. */
function required(abi) {
  const optional = abi.symbols.filter((symbol) => symbol.optional).map((symbol) => symbol.name);
  return `
constexpr bool mayLack(const char *name) {
  for (const char *optional : {${optional.map((name) => JSON.stringify(name)).join(', ')}}) {
    if (sameText(name, optional)) return true;
  }
  return false;
}
#define ABI_CHECK(result, name, parameters) static_assert(!mayLack(#name), #name " may be absent and must be optional");
ACL_REQUIRED_SYMBOLS(ABI_CHECK)
#undef ABI_CHECK
`;
}
