// The small script of 准绳. Every page works without it; with it forms keep a draft, act
// once, survive a lost connection and show the progress of an upload. It loads nothing
// from anywhere else.
(function () {
  "use strict";

  var doc = document, root = doc.documentElement;
  root.classList.add("js");

  function each(list, f) { Array.prototype.forEach.call(list, f); }
  function all(sel, f, from) { each((from || doc).querySelectorAll(sel), f); }
  function two(n) { return (n < 10 ? "0" : "") + n; }
  function clockText(ms) { var d = new Date(ms); return (d.getMonth() + 1) + "月" + d.getDate() + "日 " + two(d.getHours()) + ":" + two(d.getMinutes()); }
  function sizeText(n) { return n < 1000 ? n + " 字节" : n < 1e6 ? Math.round(n / 1e3) + " KB" : (n / 1e6).toFixed(1) + " MB"; }

  // Drafts: one per form id and person, in this browser only, at most two weeks.
  var PREFIX = "zs-draft:", KEEP = 14 * 24 * 3600 * 1000;
  function who() { return (doc.body && doc.body.getAttribute("data-viewer")) || "-"; }
  function draftKey(id) { return PREFIX + who() + ":" + id; }
  function load(id) {
    try {
      var d = JSON.parse(localStorage.getItem(draftKey(id)) || "null");
      if (d && Date.now() - d.at > KEEP) { drop(id); return null; }
      return d;
    } catch (e) { return null; }
  }
  function save(id, d) { try { localStorage.setItem(draftKey(id), JSON.stringify(d)); return true; } catch (e) { return false; } }
  function drop(id) { try { localStorage.removeItem(draftKey(id)); } catch (e) { /* no storage, no draft */ } }
  function sweep(mine) {
    try {
      for (var i = localStorage.length - 1; i >= 0; i--) {
        var k = localStorage.key(i);
        if (k && k.indexOf(mine ? PREFIX + who() + ":" : PREFIX) === 0) {
          var d = JSON.parse(localStorage.getItem(k) || "null");
          if (mine || !d || Date.now() - d.at > KEEP) { localStorage.removeItem(k); }
        }
      }
    } catch (e) { /* as above */ }
  }

  function keeps(el) {
    return el.name && el.name.charAt(0) !== "_" && el.type !== "hidden" && el.type !== "password" && el.type !== "file" &&
      el.type !== "submit" && el.type !== "button" && !el.disabled && !el.readOnly && !el.hasAttribute("data-no-draft");
  }
  function values(form) {
    var v = {};
    each(form.elements, function (el) {
      if (!keeps(el)) { return; }
      if (el.type === "radio" || el.type === "checkbox") { v[el.name] = v[el.name] || []; if (el.checked) { v[el.name].push(el.value); } }
      else { v[el.name] = [el.value]; }
    });
    return v;
  }
  function fill(form, v) {
    each(form.elements, function (el) {
      if (!keeps(el) || !v[el.name]) { return; }
      if (el.type === "radio" || el.type === "checkbox") { el.checked = v[el.name].indexOf(el.value) >= 0; }
      else { el.value = v[el.name][0] || ""; }
    });
  }

  function keyField(form) { return form.querySelector('input[name="_key"]'); }

  function setUpForm(form) {
    var id = form.getAttribute("data-form"), drafts = !form.hasAttribute("data-no-draft"), again = form.hasAttribute("data-again");
    var state = form.querySelector("[data-draft-state]"), notice = form.querySelector("[data-form-notice]");
    var fresh = keyField(form) ? keyField(form).value : "", start = JSON.stringify(values(form));
    var dirty = again, sending = false, timer = 0, pending = "";

    function tell(text, action, run) {
      notice.textContent = text;
      if (action) {
        var b = doc.createElement("button");
        b.type = "button"; b.textContent = action;
        b.addEventListener("click", run);
        notice.appendChild(doc.createTextNode(" ")); notice.appendChild(b);
      }
      notice.hidden = !text;
    }
    function keep() {
      if (!drafts) { return; }
      var at = Date.now();
      if (save(id, { at: at, v: values(form), key: pending }) && state) { state.textContent = "草稿已保存在本机 " + clockText(at).split(" ")[1]; }
    }
    function changed() {
      dirty = JSON.stringify(values(form)) !== start || hasFiles(form);
      // A request that may have arrived keeps its key only while its content is the same.
      if (pending && keyField(form)) { pending = ""; keyField(form).value = fresh; }
      clearTimeout(timer);
      timer = setTimeout(keep, 400);
    }
    var d = drafts && !again ? load(id) : null;
    if (d && JSON.stringify(d.v) !== start) {
      fill(form, d.v);
      dirty = true;
      if (d.key && keyField(form)) { pending = d.key; keyField(form).value = d.key; }
      tell("已恢复 " + clockText(d.at) + " 没有提交的草稿。", "放弃草稿", function () {
        drop(id); dirty = false; form.reset(); pending = "";
        if (keyField(form)) { keyField(form).value = fresh; }
        tell(""); if (state) { state.textContent = ""; }
      });
    } else if (again) { keep(); }

    form.addEventListener("input", changed);
    form.addEventListener("change", changed);
    needs(form);
    window.addEventListener("pagehide", function () { if (dirty && !sending) { keep(); } });
    window.addEventListener("beforeunload", function (e) { if (dirty && !sending) { keep(); e.preventDefault(); e.returnValue = ""; } });

    form.addEventListener("submit", function (e) {
      if (e.submitter && e.submitter.formTarget) { return; } // a preview opens beside this page
      e.preventDefault();
      if (sending) { return; }
      if (navigator.onLine === false) { keep(); tell("网络已断开，没有提交。已填内容保存在本机，恢复后请再提交一次。"); return; }
      send(e.submitter);
    });

    function send(submitter) {
      var body = new FormData(form), up = form.querySelector("[data-upload]"), upload = form.enctype === "multipart/form-data";
      if (submitter && submitter.name) { body.append(submitter.name, submitter.value); }
      var target = (submitter && submitter.getAttribute("formaction")) || form.getAttribute("action") || location.href;
      pending = keyField(form) ? keyField(form).value : "";
      keep();
      sending = true;
      busy(form, true);
      var x = new XMLHttpRequest();
      x.open("POST", target);
      x.setRequestHeader("X-Zs-Form", id);
      x.setRequestHeader("Accept", "text/html");
      if (upload && up && hasFiles(form)) {
        up.hidden = false;
        x.upload.addEventListener("progress", function (p) {
          if (!p.lengthComputable) { return; }
          var n = Math.floor(p.loaded * 100 / p.total);
          up.querySelector("progress").value = n;
          up.querySelector("[data-upload-text]").textContent = n < 100 ? "正在上传 " + n + "%（" + sizeText(p.loaded) + " / " + sizeText(p.total) + "）" : "已上传，正在核验";
        });
      }
      x.addEventListener("load", function () {
        var to = x.getResponseHeader("X-Zs-Location");
        if (to) { dirty = false; go(to); return; }
        var end = new URL(x.responseURL || target, location.href);
        if (x.status < 400 && end.pathname !== new URL(target, location.href).pathname) { dirty = false; go(end.href); return; }
        if (up) { up.hidden = true; }
        stop();
        var next = new DOMParser().parseFromString(x.responseText, "text/html"), main = next.getElementById("main");
        if (!main || main.classList.contains("error-page")) { fault(main, x.status); return; }
        dirty = false;
      show(next, main, form);
      });
      x.addEventListener("error", lost);
      x.addEventListener("timeout", lost);
      x.addEventListener("abort", lost);
      x.send(upload ? body : new URLSearchParams(body));
      function lost() {
        if (up) { up.hidden = true; }
        stop();
        tell("连接中断，不能确定是否已经提交。请直接再提交一次：同一内容重复提交只办理一次。");
        notice.scrollIntoView({ block: "center" });
      }
    }
    function stop() { sending = false; busy(form, false); }
    // An error page does not take the place of what was filled in: its words are shown here.
    function fault(main, status) {
      var words = [];
      if (main) { all("h1, .error-detail, .error-request", function (p) { words.push(p.textContent.trim()); }, main); }
      keep();
      tell(words.join("。") || "没有提交成功（" + status + "），请稍后再试。");
      var signIn = main && main.querySelector(".error-actions a.btn-primary");
      if (signIn) {
        var a = doc.createElement("a");
        a.href = signIn.getAttribute("href"); a.target = "_blank"; a.rel = "noopener"; a.textContent = "在新页登录，再回到这里提交";
        notice.appendChild(doc.createTextNode(" ")); notice.appendChild(a);
      }
      notice.scrollIntoView({ block: "center" });
    }
  }

  function hasFiles(form) {
    var yes = false;
    all('input[type="file"]', function (i) { yes = yes || i.files.length > 0; }, form);
    return yes;
  }
  function busy(form, on) {
    all('button[type="submit"]', function (b) { b.disabled = on; if (on) { b.setAttribute("aria-busy", "true"); } else { b.removeAttribute("aria-busy"); } }, form);
  }

  function go(to) {
    var u = new URL(to, location.href);
    if (u.origin !== location.origin) { return; }
    if (u.pathname + u.search !== location.pathname + location.search) { location.assign(u.href); return; }
    if (u.hash) { location.hash = u.hash; }
    location.reload();
  }

  // Fields that are required by circumstance: the server says which, as the form is filled in.
  // One that is not required and holds nothing is put away; without an answer all of them stand.
  function needs(form) {
    var url = form.getAttribute("data-needs"), boxes = form.querySelectorAll("[data-when]"), timer = 0, turn = 0;
    if (!url || !boxes.length) { return; }
    function empty(box) {
      var yes = !box.querySelector(".files");
      all("input,select,textarea", function (el) {
        if (el.type === "radio" || el.type === "checkbox") { yes = yes && !el.checked; } else { yes = yes && !el.value; }
      }, box);
      return yes;
    }
    function ask() {
      var mine = ++turn, body = new URLSearchParams();
      new FormData(form).forEach(function (v, k) { if (typeof v === "string" && k !== "_key") { body.append(k, v); } });
      fetch(url, { method: "POST", credentials: "same-origin", body: body, headers: { Accept: "application/json" } }).then(function (r) {
        if (!r.ok) { throw new Error(); }
        return r.json();
      }).then(function (answer) {
        if (mine === turn) { put(answer.needed || []); }
      }).catch(function () { if (mine === turn) { put(null); } });
    }
    function put(needed) {
      each(boxes, function (box) {
        var must = needed && needed.indexOf(box.getAttribute("data-when")) >= 0, chip = box.querySelector("[data-must]");
        if (chip) { chip.textContent = must ? "必填" : "视情形必填"; }
        all("input:not([type=checkbox]):not([type=hidden]),select,textarea", function (el) { el.required = must && (el.type !== "file" || empty(box)) && !box.hasAttribute("data-made"); }, box);
        box.hidden = !!needed && !must && empty(box) && !box.classList.contains("has-error");
      });
    }
    // Until the answer comes nothing is required any more: what the form asked for before the
    // change must not hold it back, and the server judges what is sent in any case.
    function relax() {
      each(boxes, function (box) { all("input,select,textarea", function (el) { if (el.type !== "checkbox") { el.required = false; } }, box); });
    }
    form.addEventListener("change", function () { turn++; relax(); clearTimeout(timer); timer = setTimeout(ask, 150); });
    ask();
  }

  // The answer to a form that was not accepted is the page again with its errors: its
  // content takes the place of ours, and chosen files stay chosen.
  function show(next, main, form) {
    var files = {};
    all('input[type="file"]', function (i) { if (i.files.length) { files[i.id] = i.files; } }, form);
    doc.getElementById("main").replaceWith(main);
    doc.title = next.title || doc.title;
    setUp(main);
    Object.keys(files).forEach(function (k) {
      var i = doc.getElementById(k);
      if (i && i.type === "file") { i.files = files[k]; i.dispatchEvent(new Event("change", { bubbles: true })); }
    });
    var first = main.querySelector("[data-focus], .refusal") || main;
    first.focus();
    first.scrollIntoView({ block: "start" });
  }

  // Plain forms (sign-in, switches) are only guarded against sending twice.
  function setUpOnce(form) {
    form.addEventListener("submit", function (e) {
      if (form.hasAttribute("data-sent")) { e.preventDefault(); return; }
      form.setAttribute("data-sent", "");
      setTimeout(function () { busy(form, true); }, 0);
    });
    window.addEventListener("pageshow", function () { form.removeAttribute("data-sent"); busy(form, false); });
  }

  function copy(text, done) {
    if (navigator.clipboard && window.isSecureContext) { navigator.clipboard.writeText(text).then(done, function () {}); return; }
    var t = doc.createElement("textarea");
    t.value = text; t.className = "visually-hidden"; t.setAttribute("aria-hidden", "true");
    doc.body.appendChild(t); t.select();
    var ok = false;
    try { ok = doc.execCommand("copy"); } catch (e) { ok = false; }
    t.remove();
    if (ok) { done(); }
  }

  function setUp(from) {
    all("[data-draft-done]", function (f) { if (f.getAttribute("data-draft-done")) { drop(f.getAttribute("data-draft-done")); } }, from);
    all("form[data-form]", setUpForm, from);
    all("form[data-once]", setUpOnce, from);
    all("form[data-sign-out]", function (f) { f.addEventListener("submit", function () { sweep(true); }); }, from);
    all("[data-scroll]", function (w) { // what scrolls must be reached by keyboard and have a name
      if (w.scrollWidth <= w.clientWidth + 1) { return; }
      w.tabIndex = 0;
      w.setAttribute("role", "region");
      w.setAttribute("aria-label", w.getAttribute("data-scroll") + "（可左右滚动）");
    }, from);
    all(".stations", function (w) {
      if (w.scrollWidth <= w.clientWidth + 1) { return; }
      w.tabIndex = 0;
      var now = w.querySelector("[aria-current]");
      if (now) { w.scrollLeft = now.offsetLeft - w.clientWidth / 2; }
    }, from);
    all("form[data-filter]", function (f) {
      f.addEventListener("submit", function () { // empty values stay out of the address
        each(f.elements, function (el) { if (el.name && !el.value) { el.disabled = true; } });
        setTimeout(function () { each(f.elements, function (el) { el.disabled = false; }); }, 0);
      });
    }, from);
    all('input[type="file"]', function (i) {
      i.addEventListener("change", function () {
        var list = doc.querySelector('[data-chosen="' + i.id + '"]');
        if (!list) { return; }
        list.textContent = "";
        each(i.files, function (f) {
          var li = doc.createElement("li");
          li.textContent = f.name + "（" + sizeText(f.size) + "）";
          list.appendChild(li);
        });
      });
    }, from);
  }

  // A part of the page that moves by itself, such as the progress of long work: it is asked for
  // again and put in its place, and when it has come to its end the page is read anew.
  function live() {
    var part = doc.querySelector("[data-live]"), every = part && parseInt(part.getAttribute("data-live"), 10);
    if (!every) { return; }
    setTimeout(function () {
      if (doc.hidden) { live(); return; }
      fetch(location.href, { credentials: "same-origin", headers: { Accept: "text/html" } }).then(function (r) {
        if (!r.ok) { throw new Error(); }
        return r.text();
      }).then(function (text) {
        var next = new DOMParser().parseFromString(text, "text/html").getElementById(part.id);
        if (!next || !next.hasAttribute("data-live")) { location.reload(); return; }
        part.replaceWith(next);
        live();
      }).catch(live);
    }, every * 1000);
  }

  doc.addEventListener("click", function (e) {
    var b = e.target.closest("[data-copy],[data-dismiss],[data-print],[data-back],[data-open-all]");
    all("details[data-menu][open]", function (m) { if (!m.contains(e.target)) { m.open = false; } });
    if (!b) { return; }
    if (b.hasAttribute("data-copy")) {
      copy(b.getAttribute("data-copy"), function () {
        var was = b.getAttribute("aria-label");
        b.setAttribute("aria-label", "已复制");
        b.classList.add("copied");
        setTimeout(function () { b.setAttribute("aria-label", was); b.classList.remove("copied"); }, 2000);
      });
    } else if (b.hasAttribute("data-dismiss")) { b.parentNode.remove(); }
    else if (b.hasAttribute("data-print")) { window.print(); }
    else if (b.hasAttribute("data-back")) { if (history.length > 1) { history.back(); } else { location.assign("/"); } }
    else {
      var list = doc.querySelectorAll(b.getAttribute("data-open-all") + " details"), open = false;
      each(list, function (d) { open = open || !d.open; });
      each(list, function (d) { d.open = open; });
      b.setAttribute("aria-expanded", String(open));
    }
  });
  doc.addEventListener("keydown", function (e) {
    if (e.key !== "Escape") { return; }
    all("details[data-menu][open]", function (m) { m.open = false; m.querySelector("summary").focus(); });
  });

  // Derivations are part of a printed page.
  var shut = [];
  window.addEventListener("beforeprint", function () { all("details.derivation:not([open])", function (d) { shut.push(d); d.open = true; }); });
  window.addEventListener("afterprint", function () { shut.forEach(function (d) { d.open = false; }); shut = []; });

  function line() { all("[data-offline]", function (o) { o.hidden = navigator.onLine !== false; }); }
  window.addEventListener("online", line);
  window.addEventListener("offline", line);

  function begin() {
    sweep(false);
    line();
    setUp(doc);
    live();
    var here = doc.querySelector(".main-nav [aria-current]"), nav = here && here.closest("ul");
    if (nav && nav.scrollWidth > nav.clientWidth) { nav.scrollLeft = here.offsetLeft - nav.offsetLeft - (nav.clientWidth - here.offsetWidth) / 2; }
    var f = doc.querySelector("[data-focus]");
    if (f) { f.focus(); }
  }
  if (doc.readyState === "loading") { doc.addEventListener("DOMContentLoaded", begin); } else { begin(); }
})();
