// Which day is the day of receipt (收到之日怎么定), for the public page. Written from
// docs/day-counting.md, "The day of receipt"; every rule is the register's.

import { basisOf, textOn } from "./calc.js";
import { CalcError, chinese, iso, parseDay, parts } from "./words.js";

const called = (word, name) => [word.id, word.name, ...(word.aliases || [])].includes(name.trim());
const distinct = (names) => [...new Set(names)].join("、");
const inRange = (n) => parts(n)[0] >= 1949 && parts(n)[0] <= 9000;

// waysOn lists the rules of receipt that a statute has on a day (its newest text, on none):
// its own, then those of statutes to which it refers, unless a rule already speaks of the same.
export function waysOn(calc, statute, day) {
  const text = (s) => (day === undefined ? s.versions.at(-1) : textOn(s, day).version);
  const find = (list, id) => list.find((w) => w.id === id);
  const own = (text(statute).receipt || []).map((rule) => ({ rule, source: statute, paper: rule.paper }));
  const borrowed = (text(statute).receipt_use || []).flatMap((use) => {
    const source = calc.statute(use.statute);
    return (text(source).receipt || []).filter((rule) => rule.paper === (use.as || use.paper)).map((rule) => ({ rule, source, use, paper: use.paper }));
  });
  const ways = new Map();
  for (const w of [...own, ...borrowed]) {
    const key = w.paper + "/" + w.rule.channel;
    if (ways.has(key)) continue;
    ways.set(key, { ...w, paper: find(calc.words.papers, w.paper), channel: find(calc.words.channels, w.rule.channel),
      days: w.rule.day.map((id) => find(calc.words.facts, id)) });
  }
  return [...ways.values()];
}

function known(calc, named) {
  const out = new Map();
  for (const name of Object.keys(named || {}).sort()) {
    const word = calc.words.facts.find((w) => called(w, name));
    if (!word) throw new CalcError("fact", `没有“${name}”这种日期，可以写明的有：${distinct(calc.words.facts.map((w) => w.name))}`);
    if (!named[name]) continue;
    const day = parseDay(named[name]);
    if (!inRange(day)) throw new CalcError("fact", `${word.name} ${iso(day)} 超出可计算的范围（1949年至9000年）`);
    out.set(word.id, day);
  }
  return out;
}

function choose(ways, statute, q) {
  if (!ways.length) throw new CalcError("channel", `${statute.name}没有条文规定收到之日如何确定，请直接写明收到的日期`);
  const paper = q.paper || "";
  const fit = ways.filter((w) => called(w.channel, q.channel || "") && (!paper || called(w.paper, paper)));
  if (fit.length === 1) return fit[0];
  if (fit.length) {
    throw new CalcError("paper", `${statute.name}对“${q.channel}”按收到的是什么分别规定，请写明是哪一种：${distinct(fit.map((w) => w.paper.name))}`);
  }
  throw new CalcError("channel", `${statute.name}没有规定“${paper}${q.channel || ""}”的收到之日，规定了的有：${distinct(ways.map((w) => w.paper.name + w.channel.name))}`);
}

export function receipt(calc, q) {
  const statute = calc.statute(q.under), facts = known(calc, q.facts);
  const given = q.on ? parseDay(q.on) : undefined;
  const days = [...facts.values(), ...(given === undefined ? [] : [given])];
  const newest = days.length ? Math.max(...days) : undefined;
  const way = choose(waysOn(calc, statute, newest), statute, q), { rule } = way;
  if (newest !== undefined && !inRange(newest)) throw new CalcError("from", `日期 ${iso(newest)} 超出可计算的范围（1949年至9000年）`);

  let decides = way.days.find((w) => facts.has(w.id));
  if (!decides && given !== undefined) {
    decides = { id: way.days[0].id, name: [...new Set(way.days.map((w) => w.name))].join("或者") };
    facts.set(decides.id, given);
  }
  if (!decides) {
    const other = calc.words.facts.find((w) => facts.has(w.id));
    throw new CalcError("fact", `${way.source.name}${rule.article}以${distinct(way.days.map((w) => w.name))}为准，请写明该日${other ? `，不能以${other.name}代替` : ""}`);
  }

  const steps = [];
  const step = (kind, day, cite, text) => steps.push({ kind, ...(day === null ? {} : { day: iso(day) }), text, ...(cite ? { cite } : {}) });
  const version = (s) => {
    const t = textOn(s, newest);
    step("version", t.on, null, t.text);
    return (article) => ({ statute: s.name, article, mark: t.version.mark });
  };
  let cite = version(statute);
  if (way.use) {
    const { through, says, note } = way.use;
    const head = `${way.paper.name}适用${way.source.name}的规定：`;
    if (through) step("refer", null, cite(through), `${head}“${says}”`);
    else step("refer", null, null, head + note);
    cite = version(way.source);
  }
  step("receipt", null, cite(rule.article), rule.says
    ? `${way.channel.name}：“${rule.says}”`
    : `${way.channel.name}以${decides.name}为准（条文不在手头，未核实）`);
  if (rule.note) step("note", null, null, rule.note);
  if (rule.if) step("condition", null, null, `以“${rule.if}”为前提`);
  let day = facts.get(decides.id);
  step("fact", day, null, `${decides.name}为${chinese(day)}`);
  for (const w of calc.words.facts) {
    if (facts.has(w.id) && w.id !== decides.id) step("fact", facts.get(w.id), null, `${w.name}（${chinese(facts.get(w.id))}）不作为${way.paper.day}`);
  }
  const same = facts.get(rule.same_day);
  if (same !== undefined && same !== day) {
    const name = calc.words.facts.find((w) => w.id === rule.same_day).name;
    step("late", day, cite(rule.article), `应当于${name}（${chinese(same)}）当日办理，${decides.name}不在同一日`);
  }
  let provisional = false;
  if (rule.after) {
    const due = calc.due({ under: way.source.name, article: rule.article, limit: rule.after, from: iso(day), as_of: q.as_of });
    day = parseDay(due.due);
    provisional = due.provisional;
    steps.push(...due.steps.filter((s) => s.kind !== "version"));
  }
  step("received", day, null, `${way.paper.day}为${chinese(day)}；期间从该日起算的，该日不计入`);
  return { under: statute.name, paper: way.paper.name, channel: way.channel.name, called: way.paper.day, day: iso(day), provisional, steps, basis: basisOf(steps) };
}
