// The second count of the deadline calculator: it counts the same question again, in the
// browser, by the implementation that shares no code with the server's, and says whether
// both agree. Without script the page works as it is.
import { Calculator } from "./calc.js";

const card = document.querySelector("[data-calculator]");
const says = document.querySelector("[data-second-count]");

async function second() {
  const answer = await fetch("/calculator/register.json");
  if (!answer.ok) throw new Error(String(answer.status));
  const calc = new Calculator(await answer.json());
  const d = card.dataset;
  const q = { under: d.under, limit: d.limit, from: d.from };
  const count = { before: "before", "at-least": "atLeast" }[d.count] || "due";
  return calc[count](q);
}

if (card && says) {
  second().then((due) => {
    const same = due.due === card.dataset.due && due.nominal === card.dataset.nominal;
    says.textContent = same
      ? "已在您的浏览器中用另一套独立编写的算法再算一遍，结果一致。"
      : `另一套算法得出 ${due.due}，与上面不一致，请勿使用这一结果，并告知我们。`;
    says.hidden = false;
  }).catch(() => {
    says.textContent = "浏览器中的第二次计算没有完成，上面的结果由服务器算出。";
    says.hidden = false;
  });
}
