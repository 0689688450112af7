// Talks to the stand-ins through their control doors; knows nothing of the app.
const byId = (id) => document.getElementById(id);
const { saleor, vendors } = await (await fetch("/parts")).json();
const form = byId("customer");
let chosen = null;
let found = [];

let vendor = vendors[0];
const tagsKey = () => `${vendor.id}_tags`;

async function call(method, url, body) {
  const answer = await fetch(url, { method, headers: { "content-type": "application/json" }, body: body && JSON.stringify(body) });
  const content = await answer.json();
  if (!answer.ok) throw new Error(content.error ?? `refused with ${answer.status}`);
  return content;
}
const askSaleor = (method, path, body) => call(method, `${saleor}/__control/${path}`, body);
const askVendor = (method, path, body) => call(method, `${vendor.url}/__control/${path}`, body);

/** Which one the panel is about: its page below, its tags in the form, its bad days. */
function choose(one) {
  vendor = one;
  byId("vendor-page").src = one.url;
  for (const place of document.querySelectorAll(".vendor")) place.textContent = one.title;
  for (const place of document.querySelectorAll(".tags-key")) place.textContent = tagsKey();
  for (const button of byId("vendors").children) button.setAttribute("aria-pressed", String(button.textContent === one.title));
  form.tags.value = chosen?.privateMeta?.[tagsKey()] ?? "";
}

for (const one of vendors) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: one.title });
  button.addEventListener("click", () => choose(one));
  byId("vendors").append(button);
}
choose(vendor);

function say(text) {
  byId("said").textContent = text;
}

/** Says what became of it, whatever became of it. */
const doing = (work, done) => async (event) => {
  event?.preventDefault();
  try {
    say((await work()) ?? done);
  } catch (error) {
    say(error.message);
  }
};

function show(person) {
  chosen = person;
  const { firstName = "", lastName = "", email = "", privateMeta = {} } = person ?? {};
  form.firstName.value = firstName;
  form.lastName.value = lastName;
  form.email.value = email;
  form.tags.value = privateMeta[tagsKey()] ?? "";
  byId("save").disabled = byId("delete").disabled = !person;
}

const written = () => ({
  firstName: form.firstName.value,
  lastName: form.lastName.value,
  email: form.email.value,
});
const tags = () => form.tags.value.trim();

async function search() {
  const text = byId("find").value.trim();
  const answer = await askSaleor("GET", `customers?limit=12&search=${encodeURIComponent(text)}`);
  found = answer.customers;
  byId("found").replaceChildren(...found.map((person) => Object.assign(document.createElement("option"), { value: person.email })));
  const exact = found.find((person) => person.email === text);
  if (exact) show(exact);
  return text ? `${answer.total} found` : "";
}

async function save() {
  const changes = { ...written(), privateMeta: { [tagsKey()]: tags() || null } };
  show(await askSaleor("PATCH", `customers/${encodeURIComponent(chosen.id)}`, changes));
}

async function create() {
  const known = chosen?.email === form.email.value || form.email.value === "";
  const email = known ? `new.${Date.now().toString(36)}@mail.test-shop.dev` : form.email.value;
  const privateMeta = tags() ? { [tagsKey()]: tags() } : {};
  show(await askSaleor("POST", "customers", { ...written(), email, privateMeta }));
  return `Created ${email}`;
}

async function remove() {
  await askSaleor("DELETE", `customers/${encodeURIComponent(chosen.id)}`);
  byId("find").value = "";
  show(null);
}

async function order() {
  const on = new Set([...document.querySelectorAll("#trouble input:checked")].map((box) => box.value));
  await askVendor("DELETE", "faults");
  if (on.has("down")) await askVendor("POST", "faults", { kind: "error500" });
  await askVendor("POST", "latency", { ms: on.has("slow") ? 2000 : 0 });
  await askSaleor("PUT", "dials", { pageDelayMs: on.has("saleorSlow") ? 2000 : 0, requestLimitPerMinute: on.has("limit") ? 120 : null });
}

byId("find").addEventListener("input", doing(search));
form.addEventListener("submit", doing(save, "Saved"));
byId("create").addEventListener("click", doing(create));
byId("delete").addEventListener("click", doing(remove, "Deleted"));
byId("trouble").addEventListener("change", doing(order, ""));
byId("throttle").addEventListener(
  "click",
  doing(() => askVendor("POST", "faults", { kind: vendor.throttle, times: 20 }).then(() => "")),
);
byId("revoke").addEventListener(
  "click",
  doing(() => askVendor("POST", "revoke").then(() => "")),
);

const first = await askSaleor("GET", "customers?limit=1");
if (first.customers[0]) {
  byId("find").value = first.customers[0].email;
  show(first.customers[0]);
}
await search();
