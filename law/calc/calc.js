// The second implementation of the counting of periods (期间计算), for the public page. It
// was written from docs/day-counting.md beside package law and shares no code with it; a
// test compares both, answer by answer, derivation included. It holds no rule of any
// statute: the register comes in as the JSON of law.Register. No dependencies.

import { course, usual } from "./course.js";
import { receipt } from "./receipt.js";
import {
  HOUR_US, ZONE_US, CalcError, articleNumber, checkLimit, chinese, clock, iso, isWeekend, limitText, parseDay, parseLimit,
  parts, serial, weekday,
} from "./words.js";

export { CalcError, limitText, parseDay, parseLimit } from "./words.js";

// ---- the register ----

const nameKey = (s) => s.trim().replace(/^《/, "").replace(/》$/, "").replace(/^中华人民共和国/, "");

export class Calculator {
  // data is the JSON of law.Register.
  constructor(data) {
    this.terms = new Map(data.terms.map((t) => [t.id, t]));
    this.names = new Map();
    this.statutes = data.statutes;
    this.words = data.receipt;
    for (const s of data.statutes) for (const n of [s.name, s.title, ...(s.aliases || [])]) this.names.set(nameKey(n), s);
    this.years = new Set(data.years.map((y) => y.year));
    this.lastYear = Math.max(...this.years);
    this.tail = data.tail;
    this.tailFrom = data.tail.from.split("-").map(Number);
    this.named = new Map();
    for (const y of data.years) for (const notice of y.notices) this.#index(y, notice);
  }

  #index(year, raw) {
    const change = raw.effect ? "的调整" : "";
    const notice = {
      effect: raw.effect ? parseDay(raw.effect) : -Infinity,
      name: `国务院办公厅${year.year}年放假安排${change}通知`,
    };
    notice.cite = { statute: notice.name, mark: year.mark, note: (raw.number || "文号未核实") + (raw.page ? "；" + raw.page : "") };
    for (const [list, rest] of [[raw.off, true], [raw.work, false]]) {
      for (const span of list || []) {
        const [first, last = first] = span.split("..").map(parseDay);
        for (let n = first; n <= last; n++) {
          if (!this.named.has(n)) this.named.set(n, []);
          this.named.get(n).push({ rest, notice });
        }
      }
    }
  }

  status(n, asOf) {
    const known = (this.named.get(n) || []).filter((x) => asOf === undefined || x.notice.effect <= asOf);
    if (known.length) return { rest: known.at(-1).rest, notice: known.at(-1).notice };
    const [y, m, d] = parts(n);
    const [tm, td] = this.tailFrom;
    if (!this.years.has(y)) return { rest: isWeekend(n), unknown: "year" };
    if (!this.years.has(y + 1) && (m > tm || (m === tm && d >= td))) return { rest: isWeekend(n), unknown: "tail" };
    return { rest: isWeekend(n) };
  }

  // Each takes {under, article, limit, from, at, as_of, count} and answers as law.Due does.
  due(q) { return new Run(this, q, "at_most").answer(); }
  before(q) { return new Run(this, q, "before").answer(); }
  atLeast(q) { return new Run(this, q, "at_least").answer(); }

  // Takes q with turns: [{kind, on, by, why, cite}], and answers as law.Book.Course does.
  course(q) { return q.turns && q.turns.length ? course(() => new Run(this, q, "at_most"), q) : this.due(q); }

  // Takes {under, paper, channel, facts, on, as_of} and answers as law.Book.ReceiptDay does.
  receipt(q) { return receipt(this, q); }

  // inTime says whether what arrived on a day met the answer `due`; where the rules say so,
  // the day of posting decides. It answers {met, by}.
  inTime({ due, arrived, posted }) {
    if (due.kind === "at_least") throw new CalcError("count", "最短期间不问是否逾期，只问何时期满");
    if (due.unit === "hour") throw new CalcError("limit", "以小时计的期间按时刻判断，不能按日期判断");
    if (due.suspended || parseDay(arrived) <= parseDay(due.due)) return { met: true };
    if (!posted || parseDay(posted) > parseDay(due.due) || due.kind === "before") return { met: false };
    const { version } = textOn(this.statute(due.under), parseDay(due.from));
    const t = this.terms.get(version.terms.set);
    return t.posted ? { met: true, by: { statute: t.statute, article: t.posted, mark: "text" } } : { met: false };
  }

  statute(name) {
    const s = this.names.get(nameKey(name || ""));
    if (!s) throw new CalcError("under", `登记中没有“${name}”`);
    return s;
  }
}

// textOn is the text of a statute in force on a day, and the step that says so.
export function textOn(statute, day) {
  const inForce = statute.versions.filter((v) => !v.in_force || parseDay(v.in_force) <= day);
  const version = inForce.at(-1) || statute.versions[0], name = statute.name;
  if (!version.in_force) return { version, on: null, text: `按“${name}”计算：${version.note}` };
  const on = parseDay(version.in_force);
  if (!inForce.length) {
    const earlier = statute.earlier ? "；" + statute.earlier : "";
    return { version, on, text:
      `起算日${chinese(day)}早于登记中${name}的最早文本（${chinese(on)}施行），按该文本的计算规则推定，须核对当时有效的条文（version: assumed）${earlier}` };
  }
  if (version.in_force_unproven) return { version, on, text: `适用${name}${chinese(parseDay(version.adopted))}通过的文本（施行日未核实，以通过日代）` };
  return { version, on, text: `适用${name}${chinese(on)}起施行的文本` };
}

// basisOf lists what the steps cite, each once.
export function basisOf(steps) {
  const seen = new Set();
  return steps.map((s) => s.cite).filter((c) => c && !seen.has(JSON.stringify(c)) && seen.add(JSON.stringify(c)));
}

// ---- one computation ----

const COUNT_NAME = { working: "工作日", calendar: "自然日" };

class Run {
  constructor(calc, q, kind) {
    this.calc = calc;
    this.kind = kind;
    this.dir = kind === "before" ? -1 : 1;
    this.statute = calc.statute(q.under);
    this.limit = typeof q.limit === "string" ? parseLimit(q.limit) : checkLimit(q.limit, limitText(q.limit));
    this.at = q.at;
    if (q.from) this.from = parseDay(q.from);
    else if (q.at !== undefined) this.from = Math.floor((q.at + ZONE_US) / (24 * HOUR_US));
    else throw new CalcError("from", "没有指明起算日");
    const year = parts(this.from)[0];
    if (year < 1949 || year > 9000) throw new CalcError("from", `起算日 ${iso(this.from)} 超出可计算的范围（1949年至9000年）`);
    this.article = q.article ? articleNumber(q.article) : 0;
    if (q.article && !this.article) throw new CalcError("article", `条文号“${q.article}”无法识别，应写作 第四十七条`);
    this.asOf = q.as_of ? parseDay(q.as_of) : undefined;
    this.count = q.count;
    this.steps = [];
    this.unknown = [];
    this.rolled = false;
    this.byAnalogy = false;
  }

  step(kind, day, cite, text) {
    const s = { kind };
    if (day !== null) s.day = iso(day);
    s.text = text;
    if (cite) s.cite = cite;
    this.steps.push(s);
  }

  answer() {
    this.chooseVersion();
    this.chooseUnit();
    if (this.unit === "hour") this.countHours();
    else {
      this.writeStart();
      if (this.unit === "working_day") this.countWorking();
      else {
        this.countPlain();
        if (this.kind === "at_most") this.roll();
        if (this.kind === "before") this.rollEarlier();
      }
      if (this.kind === "at_least") {
        const u = usual(this);
        if (u) this.step("usual", null, this.own(u.article), `${this.statute.name}${u.article}写作“一般不少于”：有理由可以更短，理由应当写明`);
        this.step("last", this.end, null, `期限为不少于${limitText(this.limit)}：至${chinese(this.end)}终了方满，满后才可进行下一步`);
      }
    }
    return this.result();
  }

  // result is the answer in the form of law.Due.
  result() {
    this.writeProvisional();
    const basis = basisOf(this.steps);
    const out = {
      kind: this.kind, under: this.statute.name, version: this.version.in_force || "", limit: this.limitWords || limitText(this.limit),
      unit: this.unit, from: iso(this.from), nominal: this.still ? "" : iso(this.nominal), due: this.still ? "" : iso(this.end), rolled: this.rolled,
      by_analogy: this.byAnalogy, provisional: this.isProvisional, steps: this.steps, basis,
    };
    if (this.still) Object.assign(out, { suspended: true, remaining: this.still });
    if (this.endAt !== undefined) Object.assign(out, { from_at: this.at, due_at: this.endAt });
    return out;
  }

  chooseVersion() {
    const { version, on, text } = textOn(this.statute, this.from);
    this.version = version;
    this.terms = this.calc.terms.get(version.terms.set);
    this.step("version", on, null, text);
  }

  own(article) {
    return { statute: this.statute.name, article, mark: this.version.mark };
  }

  general(article) {
    const t = this.terms, use = this.version.terms;
    const c = { statute: article === t.match && t.match_of ? t.match_of : t.statute, article, mark: "text" };
    if (use.through) c.note = "依" + use.through;
    else if (!use.express && c.statute !== this.statute.name) c.note = "参照";
    return c;
  }

  chooseUnit() {
    const { n, word } = this.limit;
    if (this.count && word !== "日") throw new CalcError("count", "只有写作“日”的期限才能由本地规定改变计算方法");
    const fixed = {
      小时: ["hour", `期间以小时计，共${n}小时`],
      月: ["month", "期间以月计，按日历的月推算，中间的休假日不扣除"],
      年: ["year", "期间以年计，按日历的年推算，中间的休假日不扣除"],
      自然日: ["calendar_day", "期限明写自然日，中间的休假日不扣除"],
    }[word];
    if (fixed) {
      this.unit = fixed[0];
      return this.step("unit", null, null, fixed[1]);
    }
    return word === "工作日" ? this.wordedUnit(n) : this.bareUnit(n);
  }

  wordedUnit(n) {
    this.unit = "working_day";
    const name = this.statute.name;
    const found = (this.version.days.explicit || [])
      .filter((e) => (!this.article || articleNumber(e.article) === this.article) && e.numbers.includes(n))
      .map((e) => e.article);
    if (!found.length) {
      return this.step("unit", null, null, `期限明写工作日，休假日不计入（登记中没有核对过${name}写明${n}个工作日的条文）`);
    }
    return this.step("unit", null, this.own(found[0]), `期限明写工作日，休假日不计入（${name}${found.join("、")}）`);
  }

  bareUnit(n) {
    const name = this.statute.name, days = this.version.days, all = days.rules || [];
    const numberFits = (r) => (!r.up_to || n <= r.up_to) && (!r.numbers || r.numbers.includes(n));
    const placeFits = (r) => !r.at || r.at.some((a) => articleNumber(a) === this.article);
    const rule = all.find((r) => numberFits(r) && placeFits(r)) || days.otherwise;
    let count = rule.count;
    if (this.count && this.count !== count) {
      if (!rule.open) throw new CalcError("count", `${name}对“${n}日”如何计算已有规定，不能由本地规定改变`);
      count = this.count;
    }
    if (!COUNT_NAME[count]) throw new CalcError("count", "计算方法只能是工作日或自然日");
    this.unit = count + "_day";
    let text = `${name}中的“${n}日”按${COUNT_NAME[rule.count]}计算`;
    if (rule.article) text += "，依据" + rule.article;
    else if (rule.count === "calendar") text += "：条文没有规定按工作日";
    if (rule.note) text += `（${rule.note}）`;
    this.step("unit", null, rule.article ? this.own(rule.article) : null, text);
    if (count !== rule.count) {
      this.step("unit", null, { statute: "本地规定", mark: "local" }, `本地规定按${COUNT_NAME[count]}计算（未核实），以本地规定为准`);
    }
    if (!this.article) {
      for (const r of all.filter((x) => x.at && numberFits(x) && x.count !== rule.count)) {
        this.step("note", null, null, `未指明条文：若为${name}${r.at.join("、")}的${n}日，则按${COUNT_NAME[r.count]}计算（${r.note || ""}）`);
      }
    }
  }

  writeStart() {
    const cite = this.general(this.terms.start), f = this.from;
    if (this.dir < 0) return this.step("start", f, cite, `当日${chinese(f)}不计入，自${chinese(f - 1)}起向前计算`);
    this.step("start", f, cite, `起算日${chinese(f)}不计入，自${chinese(f + 1)}起算`);
    const since = this.terms.since && parseDay(this.terms.since);
    if (since && f < since) {
      this.step("note", since, null, `${this.terms.statute}自${chinese(since)}起施行，此前的起算、届满和顺延按同一规则推算，当时的条文未核对`);
    }
    return undefined;
  }

  look(n) {
    const st = this.calc.status(n, this.asOf);
    if (st.unknown) this.unknown.push([n, st.unknown]);
    return st;
  }

  countWorking() {
    let n = this.from, left = this.limit.n, rest = [];
    while (left > 0) {
      n += this.dir;
      const st = this.look(n);
      if (st.rest) { rest.push([n, st]); continue; }
      this.writeSkipped(rest);
      rest = [];
      if (isWeekend(n)) this.step("make-up", n, st.notice.cite, `${chinese(n)}（${weekday(n)}）为调休上班日，计入工作日`);
      left--;
    }
    this.nominal = this.end = n;
    this.step("count", n, null, this.dir < 0
      ? `向前第${this.limit.n}个工作日为${chinese(n)}，最迟应于当日完成`
      : `第${this.limit.n}个工作日为${chinese(n)}，期间于当日届满`);
  }

  countPlain() {
    const n = this.limit.n * this.dir;
    if (this.unit === "calendar_day") {
      this.nominal = this.end = this.from + n;
      this.step("count", this.end, null, `${this.dir < 0 ? "向前" : ""}第${this.limit.n}日为${chinese(this.end)}`);
      return;
    }
    const [y, m, d] = parts(this.from);
    const months = y * 12 + (m - 1) + (this.unit === "year" ? n * 12 : n);
    const ty = Math.floor(months / 12), tm = months - ty * 12 + 1;
    const lastDay = parts(serial(ty, tm + 1, 1) - 1)[2];
    this.nominal = this.end = serial(ty, tm, Math.min(d, lastDay));
    let text = `到期月的对应日为${chinese(this.end)}，是期间的最后一日`;
    if (this.dir < 0) text = `向前推算的对应日为${chinese(this.end)}`;
    if (d > lastDay) text = `到期月没有对应日，以月末日${chinese(this.end)}为期间的最后一日`;
    this.step("count", this.end, this.general(this.terms.match), text);
  }

  // pass walks from n over rest days in direction dir and writes them down.
  pass(n, dir) {
    const rest = [];
    let st = this.look(n);
    while (st.rest) {
      rest.push([n, st]);
      n += dir;
      st = this.look(n);
    }
    this.writeSkipped(rest);
    return n;
  }

  roll() {
    const n = this.nominal, t = this.terms, to = this.pass(n, 1);
    if (to === n) return this.step("last", n, null, `${chinese(n)}（${weekday(n)}）是工作日，不顺延，期间于当日届满`);
    this.end = to;
    this.rolled = true;
    this.byAnalogy = !this.version.terms.express;
    const where = `${chinese(to)}（${weekday(to)}）`;
    return this.step("roll", to, this.general(t.roll), this.byAnalogy
      ? `期间的最后一日是休假日；${this.statute.name}没有自己的顺延规定，参照${t.statute}${t.roll}顺延至${where}。机关自己的义务宜在顺延前的${chinese(n)}以前履行`
      : `期间的最后一日是休假日，顺延至休假日结束后的第一日${where}`);
  }

  rollEarlier() {
    const n = this.nominal, to = this.pass(n, -1);
    if (to === n) return this.step("last", n, null, `${chinese(n)}（${weekday(n)}）是工作日，最迟应于当日完成`);
    this.end = to;
    this.rolled = this.byAnalogy = true;
    return this.step("roll", to, null, `向前计算的期间不得因休假日缩短，最迟应提前到${chinese(to)}（${weekday(to)}）完成（推断）`);
  }

  writeSkipped(rest) {
    const days = [...rest].sort((a, b) => a[0] - b[0]);
    for (let i = 0; i < days.length;) {
      let j = i + 1;
      while (j < days.length && days[j][1].notice === days[i][1].notice && days[j][0] === days[j - 1][0] + 1) j++;
      const first = days[i][0], notice = days[i][1].notice;
      const span = j - i > 1 ? `${chinese(first)}至${chinese(days[j - 1][0])}，共${j - i}日` : `${chinese(first)}（${weekday(first)}）`;
      this.step("skip", first, notice && notice.cite, `${span}为休假日（${notice ? `依${notice.name}放假` : "周末"}）`);
      i = j;
    }
  }

  countHours() {
    if (this.at === undefined) throw new CalcError("from", "以小时计的期间要从具体时刻起算，起算应写明时刻，如 2026-09-30T14:20");
    const cite = this.general(this.terms.hours);
    let at = this.at;
    if (this.terms.skip_hour) {
      at = (Math.floor(at / HOUR_US) + 1) * HOUR_US;
      this.step("start", this.from, cite, `起算的时刻为${clock(this.at)}，开始的时不计入，自${clock(at)}起算`);
    } else this.step("start", this.from, cite, `自${clock(at)}起算，按小时连续计算`);
    if (this.kind === "before") throw new CalcError("limit", "以小时计的期间不能向前计算");
    this.endAt = at + this.limit.n * HOUR_US;
    this.nominal = this.end = Math.floor((this.endAt + ZONE_US) / (24 * HOUR_US));
    this.step("count", this.end, null, `满${this.limit.n}小时为${clock(this.endAt)}；以小时计的期间不扣除休假日，也不顺延`);
  }

  writeProvisional() {
    this.isProvisional = this.unknown.length > 0;
    if (!this.isProvisional) return;
    const at = Math.min(...this.unknown.map(([n]) => n));
    const years = [...new Set(this.unknown.filter(([, u]) => u === "year").map(([n]) => parts(n)[0]))].sort((a, b) => a - b);
    if (years.length) {
      this.step("provisional", at, null, `登记中没有${years.join("、")}年的放假安排通知，该年暂以周一至周五为工作日推算，结果为暂定，不是定论；通知登记后须重新计算`);
    }
    if (this.unknown.some(([, u]) => u === "tail")) {
      const [m, d] = this.calc.tailFrom, y = this.calc.lastYear;
      this.step("provisional", at, null, `${y + 1}年的放假安排通知尚未登记，它可能移动${y}年${m}月${d}日至年末的休假日，结果为暂定（${this.calc.tail.why}）`);
    }
  }
}
