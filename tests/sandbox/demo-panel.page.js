// Talks to the stand-ins through their control doors; knows nothing of the app.
const byId = (id) => document.getElementById(id);
const { saleor, vendors } = await (await fetch("/parts")).json();
const form = byId("customer");
let chosen = null;
let found = [];

byId("vendor").src = vendors.mailchimp;
byId("vendors").addEventListener("change", (event) => {
  byId("vendor").src = vendors[event.target.value];
});

async function call(method, url, body) {
  const answer = await fetch(url, { method, headers: { "content-type": "application/json" }, body: body && JSON.stringify(body) });
  const content = await answer.json();
  if (!answer.ok) throw new Error(content.error ?? `refused with ${answer.status}`);
  return content;
}
const askSaleor = (method, path, body) => call(method, `${saleor}/__control/${path}`, body);
const askVendors = (method, path, body) =>
  Promise.all(Object.values(vendors).map((vendor) => call(method, `${vendor}/__control/${path}`, body)));
const tagKeys = Object.keys(vendors).map((vendor) => `${vendor}_tags`);

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
  form.tags.value = tagKeys.map((key) => privateMeta[key]).find(Boolean) ?? "";
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
  const changes = { ...written(), privateMeta: Object.fromEntries(tagKeys.map((key) => [key, tags() || null])) };
  show(await askSaleor("PATCH", `customers/${encodeURIComponent(chosen.id)}`, changes));
}

async function create() {
  const known = chosen?.email === form.email.value || form.email.value === "";
  const email = known ? `new.${Date.now().toString(36)}@mail.test-shop.dev` : form.email.value;
  const privateMeta = tags() ? Object.fromEntries(tagKeys.map((key) => [key, tags()])) : {};
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
  await askVendors("DELETE", "faults");
  if (on.has("down")) await askVendors("POST", "faults", { kind: "error500" });
  await askVendors("POST", "latency", { ms: on.has("slow") ? 2000 : 0 });
  await askSaleor("PUT", "dials", { pageDelayMs: on.has("saleorSlow") ? 2000 : 0, requestLimitPerMinute: on.has("limit") ? 120 : null });
}

byId("find").addEventListener("input", doing(search));
form.addEventListener("submit", doing(save, "Saved"));
byId("create").addEventListener("click", doing(create));
byId("delete").addEventListener("click", doing(remove, "Deleted"));
byId("trouble").addEventListener("change", doing(order, ""));
byId("throttle").addEventListener(
  "click",
  doing(() => askVendors("POST", "faults", { kind: "throttle429", times: 20 }).then(() => "")),
);
byId("revoke").addEventListener(
  "click",
  doing(() => askVendors("POST", "revoke").then(() => "")),
);

const first = await askSaleor("GET", "customers?limit=1");
if (first.customers[0]) {
  byId("find").value = first.customers[0].email;
  show(first.customers[0]);
}
await search();
