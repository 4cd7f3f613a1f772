// What happened to a running period, counted day by day: the period is a row of pieces, and
// every day that runs takes one day off the first of them. (Package law works the other way,
// from the days on which pieces end.) See docs/day-counting.md, "Suspension, extension, restart".

import { CalcError, articleNumber, checkLimit, chinese, limitText, parseDay, parseLimit, parts, serial, isWeekend, weekday } from "./words.js";

const NAMES = { suspend: "中止", resume: "恢复", extend: "延长", restart: "重新计算" };
const UNITS = { working_day: "个工作日", calendar_day: "日", month: "个月", year: "年" };

const nameOf = (kind) => NAMES[kind] || `“${kind}”`;
const wordsOf = (pieces) => pieces.map((p) => p.n + UNITS[p.unit]).join("加");

// monthsOn is the corresponding day so many months after n, or the month's last day.
function monthsOn(n, months) {
  const [y, m, d] = parts(n);
  const first = serial(y, m + months, 1), next = serial(y, m + months + 1, 1);
  return { day: Math.min(first + d - 1, next - 1), short: d > next - first };
}

const target = (p, from) => monthsOn(from, p.unit === "year" ? p.n * 12 : p.n);

// run lets pieces run from the day after `from` until they are used up, or until `stop` has
// run. It gives the last day that ran and what is left; a month or year under way is left in
// days. `rests` is asked for each day of a piece in working days.
function run(pieces, from, stop, rests) {
  let day = from;
  for (let i = 0; i < pieces.length; i++) {
    const p = pieces[i];
    let left = p.unit === "month" || p.unit === "year" ? (p.n ? target(p, day).day - day : 0) : p.n;
    while (left > 0) {
      if (stop !== undefined && day >= stop) {
        const unit = p.unit === "working_day" ? p.unit : "calendar_day";
        return { day, left: [{ n: left, unit }, ...pieces.slice(i + 1)] };
      }
      day++;
      if (p.unit !== "working_day" || !rests(day)) left--;
    }
  }
  return { day, left: [{ n: 0, unit: pieces.at(-1).unit }] };
}

export function course(newRun, q) {
  const r = newRun();
  r.chooseVersion();
  r.chooseUnit();
  if (r.unit === "hour") throw new CalcError("limit", "以小时计的期间不适用中止、延长");
  r.writeStart();
  const whole = () => [{ n: r.limit.n, unit: r.unit }];
  const state = { pieces: whole(), from: r.from, running: true, extended: [], limit: limitText(r.limit) };
  const known = (n) => r.calc.status(n, r.asOf).rest; // leaves no trace in the answer

  let last = r.from;
  for (const t of q.turns) {
    const on = parseDay(t.on), name = nameOf(t.kind), why = t.why ? `（${t.why}）` : "";
    if (on < last) throw new CalcError("turns", `${chinese(on)}的${name}早于前一件事，次序有误`);
    last = on;
    if (t.kind !== "restart" && state.running) {
      let end = run(state.pieces, state.from, undefined, known).day;
      while (known(end)) end++;
      if (on > end) throw new CalcError("turns", `期间已于${chinese(end)}届满，不能在${chinese(on)}再${name}`);
    }
    if (t.kind === "suspend" && state.running) {
      state.pieces = run(state.pieces, state.from, on, (n) => r.look(n).rest).left;
      state.running = false;
      r.step("suspend", on, t.cite, `${chinese(on)}中止${why}，至当日已经过的时间计入，尚余${wordsOf(state.pieces)}`);
    } else if (t.kind === "resume" && !state.running) {
      Object.assign(state, { from: on, running: true });
      r.step("resume", on, t.cite, `${chinese(on)}恢复${why}，当日不计入，余下的${wordsOf(state.pieces)}自${chinese(on + 1)}起算`);
    } else if (t.kind === "restart") {
      Object.assign(state, { from: on, running: true, pieces: whole(), extended: [], limit: limitText(r.limit) });
      r.unknown = [];
      r.step("restart", on, t.cite, `${chinese(on)}起重新计算${why}，当日不计入，自${chinese(on + 1)}起算`);
    } else if (t.kind === "extend") {
      lengthen(r, newRun, state, t, on, why);
    } else {
      throw new CalcError("turns", `期间在${chinese(on)}不能${name}：${state.running ? "没有中止" : "已经中止"}`);
    }
  }
  r.limitWords = state.limit;
  if (state.running) settle(r, state);
  else r.still = wordsOf(state.pieces);
  return r.result();
}

// lengthen adds a piece, counted as the statute counts the words of the extension.
function lengthen(r, newRun, state, t, on, why) {
  const by = t.by ? parseLimit(t.by) : checkLimit({ n: 0, word: "" }, "");
  const words = limitText(by), other = newRun();
  other.limit = by;
  try {
    other.chooseVersion();
    other.chooseUnit();
    if (other.unit === "hour") throw new CalcError("turns", "");
  } catch (e) {
    throw new CalcError("turns", `不能延长${words}`);
  }
  const basis = other.steps.filter((s) => s.kind === "unit" && s.cite).at(-1);
  state.pieces = [...state.pieces, { n: by.n, unit: other.unit }];
  state.limit += "，延长" + words;
  r.step("extend", on, t.cite || (basis && basis.cite), `${chinese(on)}决定延长${words}${why}，自原期间的最后一日（未顺延）接续计算`);

  state.extended.push(by);
  const sum = state.extended.filter((x) => x.word === by.word).reduce((n, x) => n + x.n, 0);
  const cap = (r.version.clauses || []).find((c) => c.kind === "extend" && c.by && parseLimit(c.by).word === by.word &&
    (c.of || []).some((p) => speaksOf(p, r)));
  if (cap && sum > parseLimit(cap.by).n * (cap.times || 1)) {
    const times = cap.times > 1 ? `，以${cap.times}次为限` : "";
    r.step("beyond", on, r.own(cap.article),
      `${r.statute.name}${cap.article}：延长不得超过${cap.by}${times}；这里共延长${limitText({ n: sum, word: by.word })}，已经超过`);
  }
}

// usual is the clause by which a minimum is only usually one.
export const usual = (r) => (r.version.clauses || []).find((c) => c.kind === "usual" && (c.of || []).some((p) => speaksOf(p, r)));

function speaksOf(p, r) {
  if ((p.statute || r.statute.name) !== r.statute.name) return false;
  if (r.article && articleNumber(p.article) !== r.article) return false;
  return p.limit ? limitText(parseLimit(p.limit)) === limitText(r.limit) : Boolean(r.article);
}

// settle lets what is left run to its end, writing down what it passes.
function settle(r, state) {
  let day = state.from;
  for (const p of state.pieces) {
    if (p.n === 0) {
      r.step("count", day, null, `余下的时间为零，期间于${chinese(day)}届满`);
    } else if (p.unit === "working_day") {
      let rest = [];
      day = run([p], day, undefined, (n) => {
        const st = r.look(n);
        if (st.rest) {
          rest.push([n, st]);
          return true;
        }
        r.writeSkipped(rest);
        rest = [];
        if (isWeekend(n)) r.step("make-up", n, st.notice.cite, `${chinese(n)}（${weekday(n)}）为调休上班日，计入工作日`);
        return false;
      }).day;
      r.step("count", day, null, `第${p.n}个工作日为${chinese(day)}`);
    } else if (p.unit === "calendar_day") {
      day = run([p], day).day;
      r.step("count", day, null, `第${p.n}日为${chinese(day)}`);
    } else {
      const end = target(p, day);
      day = end.day;
      r.step("count", day, r.general(r.terms.match), end.short
        ? `到期月没有对应日，以月末日${chinese(day)}为期间的最后一日`
        : `到期月的对应日为${chinese(day)}，是期间的最后一日`);
    }
  }
  r.nominal = r.end = day;
  r.roll();
}
