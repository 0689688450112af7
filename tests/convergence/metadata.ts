/** What customers' metadata says: the tags they are to have, and whether they want letters. */
import { type Memory, sayAt } from "./memory";
import type { Rule, Tags, Word } from "./story";
import { saveRules, type Town } from "./town";

const TAGS_KEY = "mailchimp_tags";
export const CONSENT_KEY = "crm_consent.mailchimp.email";

export class Metadata {
  constructor(
    private readonly town: Town,
    private readonly memory: Memory,
  ) {}

  async wish(id: string, tags: Tags): Promise<void> {
    const wished = this.memory.everWished.get(id) ?? new Set();
    this.memory.everWished.set(id, wished);
    if (typeof tags !== "string") for (const tag of tags) wished.add(tag);
    const value = tags === "removed" ? null : tags === "malformed" ? "vip, loyal" : JSON.stringify(tags);
    await this.set(id, TAGS_KEY, value);
  }

  async say(id: string, word: Word): Promise<void> {
    sayAt(this.memory, id, word);
    await this.set(id, CONSENT_KEY, word === "removed" ? null : word);
  }

  private async set(id: string, key: string, value: string | null): Promise<void> {
    const person = this.town.saleor.customers.get(id);
    if (value !== null || person?.privateMeta[key] !== undefined)
      await this.town.saleor.customers.setPrivateMeta(id, { [key]: value }, { silent: true });
  }

  /** `null` = no rule: nothing that customers say is followed. */
  async saveRule(rule: Rule | null): Promise<boolean> {
    const isSaved = (await saveRules(this.town.page, this.town.connectionId, rule).catch(() => "unavailable")) === "saved";
    // What was answered may still have been saved.
    if (rule) this.memory.rules.add(rule);
    return isSaved;
  }

  async listen(): Promise<void> {
    await this.town.page.mapping.listen.mutate({ id: this.town.connectionId });
  }
}
