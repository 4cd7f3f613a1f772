// Answers questions for TestCalc_AgreesWithGo: the first line names the folder of calc.js,
// the second is the register, then one question a line; one answer a line comes back.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const lines = createInterface({ input: process.stdin, crlfDelay: Infinity })[Symbol.asyncIterator]();
const next = async () => (await lines.next()).value;
const { Calculator, parseLimit, limitText } = await import(pathToFileURL(await next()) + "/calc.js");
const calc = new Calculator(JSON.parse(await next()));
const answer = (q) => {
  try {
    if (q.op === "parse") return JSON.stringify(limitText(parseLimit(q.limit)));
    if (q.op === "inTime") return JSON.stringify(calc.inTime({ due: calc[q.of || "course"](q), arrived: q.arrived, posted: q.posted }));
    return JSON.stringify(calc[q.op](q));
  } catch (e) {
    if (!e.field) throw e;
    return "!" + e.message;
  }
};
let out = [];
for await (const line of { [Symbol.asyncIterator]: () => lines }) {
  out.push(answer(JSON.parse(line)));
  if (out.length === 500) {
    if (!process.stdout.write(out.join("\n") + "\n")) await new Promise((r) => process.stdout.once("drain", r));
    out = [];
  }
}
process.stdout.write(out.join("\n") + (out.length ? "\n" : ""));
