/** Turbopack's loader for the catalogues: ICU messages become what a formatter without a parser understands (12 kB less on each page). */
import compile from "icu-minify/compile";

const compiled = (node) =>
  typeof node === "string" ? compile(node) : Object.fromEntries(Object.entries(node).map(([key, value]) => [key, compiled(value)]));

export default function compileMessages(source) {
  return `export default ${JSON.stringify(compiled(JSON.parse(source)))};`;
}
