// The second count of the deadline calculator: it counts the same question again, in the
// browser, by the implementation that shares no code with the server's, and says whether
// both agree. It also keeps the list of ways of receipt to those of the chosen statute.
// Without script the page works as it is. What counts is loaded when it is needed, and never
// before the server's answer stands.
const card = document.querySelector("[data-calculator]");
const says = document.querySelector("[data-second-count]");
const form = document.querySelector("[data-calculator-form]");

let loading;
const files = ["calc", "course", "receipt", "words"]; // at once: each would wait for the one before
const calculator = () => (loading ??= Promise.all([fetch("/calculator/register.json"), ...files.map((f) => import(`./${f}.js`))]).then(async ([answer, calc]) => {
  if (!answer.ok) throw new Error(String(answer.status));
  return new calc.Calculator(await answer.json());
}));
const stands = new Promise((done) => (document.readyState === "complete" ? done() : addEventListener("load", done)));

async function second() {
  const calc = await calculator();
  const q = JSON.parse(card.dataset.question);
  if (q.receipt && calc.receipt(q.receipt).day !== q.from) return { due: "另一个收到之日" };
  return calc[q.op](q);
}

if (card && says) {
  stands.then(second).then((due) => {
    const d = card.dataset;
    const same = due.due === d.due && due.nominal === d.nominal && (due.remaining || "") === d.remaining && (due.due_at ? String(due.due_at) : "") === d.at;
    says.textContent = same
      ? "已在您的浏览器中用另一套独立编写的算法再算一遍，结果一致。"
      : `另一套算法得出 ${due.due || due.remaining}，与上面不一致，请勿使用这一结果，并告知我们。`;
    says.hidden = false;
  }).catch(() => {
    says.textContent = "浏览器中的第二次计算没有完成，上面的结果由服务器算出。";
    says.hidden = false;
  });
}

// The ways of receipt of the chosen statute.
const under = form && form.elements.namedItem("under");
const way = form && form.elements.namedItem("way");
if (under && way) {
  const all = [...way.options];
  under.addEventListener("change", async () => {
    const calc = await calculator().catch(() => null);
    if (!calc) return;
    const chosen = under.value ? calc.statute(under.value) : null;
    const ways = chosen ? (await import("./receipt.js")).waysOn(calc, chosen) : [];
    const options = ways.map((w) => new Option(
      `${w.paper.name}：${w.channel.name}（${w.days.map((d) => d.name).join("或者")}）`, `${w.paper.id}/${w.channel.id}`));
    way.replaceChildren(all[0], ...(chosen ? options : all.slice(1)));
    way.selectedIndex = 0;
    all[0].textContent = chosen && !ways.length ? "这部法没有条文规定收到之日" : "已知起算日期，不用选";
  });
}
