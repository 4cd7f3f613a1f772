// Days, limits and numerals for calc.js; see there.

const DAY = 86400000;
export const HOUR_US = 3600 * 1e6;
export const ZONE_US = 8 * HOUR_US; // legal days are days in China

// ---- days: whole numbers since 1970-01-01 ----

export const serial = (y, m, d) => Math.round(Date.UTC(y, m - 1, d) / DAY);
export const parts = (n) => {
  const t = new Date(n * DAY);
  return [t.getUTCFullYear(), t.getUTCMonth() + 1, t.getUTCDate()];
};
const weekdayOf = (n) => (((n + 4) % 7) + 7) % 7; // 0 is Sunday
export const isWeekend = (n) => weekdayOf(n) % 6 === 0;
const pad = (n, w) => String(n).padStart(w, "0");
export const iso = (n) => { const [y, m, d] = parts(n); return `${pad(y, 4)}-${pad(m, 2)}-${pad(d, 2)}`; };
export const chinese = (n) => { const [y, m, d] = parts(n); return `${y}年${m}月${d}日`; };
export const weekday = (n) => "星期" + "日一二三四五六"[weekdayOf(n)];

export class CalcError extends Error {
  constructor(field, text) { super(text); this.field = field; }
}

export function parseDay(s) {
  const m = /^(\d{4})-(\d{2})-(\d{2})$/.exec(s);
  const n = m && serial(+m[1], +m[2], +m[3]);
  if (!m || +m[1] === 0 || iso(n) !== s) throw new CalcError("from", `日期“${s}”无法识别，应写作 2006-01-02 的形式`);
  return n;
}

// ---- limits ----

const SUFFIXES = [
  ["个工作日", "工作日"], ["工作日", "工作日"], ["个自然日", "自然日"], ["自然日", "自然日"],
  ["个月", "月"], ["个小时", "小时"], ["小时", "小时"], ["日", "日"], ["天", "日"], ["月", "月"], ["年", "年"],
];
const LONGEST = { 日: 36500, 工作日: 25000, 自然日: 36500, 月: 1200, 年: 100, 小时: 8760 };

const DIGITS = { 零: 0, "〇": 0, 一: 1, 二: 2, 两: 2, 三: 3, 四: 4, 五: 5, 六: 6, 七: 7, 八: 8, 九: 9 };
const NUMERAL = /^(?:([一二两三四五六七八九])千)?(?:(零|〇)?([一二两三四五六七八九])百)?(?:(零|〇)?([一二两三四五六七八九])?(十))?(?:(零|〇)?([一二两三四五六七八九]))?$/;

function numeral(s) {
  if (/^[0-9]+$/.test(s)) return Math.min(Number(s), 99999999);
  if (/^-[0-9]+$/.test(s)) return -1;
  if (s === "零" || s === "〇") return 0;
  const m = NUMERAL.exec(s);
  if (!s || !m) return NaN;
  const [, k, , h, , t, ten, zero, u] = m;
  const [, , zeroH, , zeroT] = m;
  if (zeroH || (ten && !t && (k || h))) return NaN; // only a leading 十 may leave out its 一
  if (Boolean(zeroT) !== Boolean(ten && k && !h)) return NaN; // 一千零五十
  if (Boolean(zero) !== Boolean(u && !ten && (k || h))) return NaN; // 一百零五; 一百五 is speech
  return (DIGITS[k] || 0) * 1000 + (DIGITS[h] || 0) * 100 + (ten ? (DIGITS[t] || 1) * 10 : 0) + (DIGITS[u] || 0);
}

export function checkLimit(l, asked) {
  const top = LONGEST[l.word];
  if (!top) throw new CalcError("limit", "期限没有单位：须为日、工作日、自然日、月、年或小时");
  if (!(l.n >= 1)) throw new CalcError("limit", `期限“${asked}”不成立：期间至少为一${l.word}`);
  if (l.n > top) throw new CalcError("limit", `期限“${asked}”不成立：以${l.word}计的期间最长为${top}（约一百年；小时为一年）`);
  return l;
}

export function parseLimit(s) {
  const t = s.replace(/[ \t\u3000]/g, "").replace(/[０-９]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0));
  for (const [end, word] of SUFFIXES) {
    if (!t.endsWith(end)) continue;
    const n = numeral(t.slice(0, -end.length));
    if (Number.isNaN(n)) throw new CalcError("limit", `期限“${s}”中的数字无法识别，应写作 7日、十五日、20个工作日、3个月、1年 或 24小时`);
    return checkLimit({ n, word }, s);
  }
  throw new CalcError("limit", `期限“${s}”无法识别：须由数字和单位（日、工作日、自然日、月、年、小时）组成，如 7日、20个工作日、3个月`);
}

export const limitText = (l) => l.n + (["工作日", "自然日", "月"].includes(l.word) ? "个" : "") + l.word;

export function articleNumber(s) {
  const n = numeral(s.trim().replace(/^第/, "").split("条")[0]);
  return n > 0 ? n : 0;
}

export function clock(us) {
  const t = new Date(us / 1000 + 8 * 3600000);
  return `${t.getUTCFullYear()}年${t.getUTCMonth() + 1}月${t.getUTCDate()}日${pad(t.getUTCHours(), 2)}时${pad(t.getUTCMinutes(), 2)}分${pad(t.getUTCSeconds(), 2)}秒`;
}
