/** What a write does to a member: the state machine of the members end points, shared with the 500-batch. */
import { checkAddress, checkSignupRate, hashOf } from "./addresses";
import type { MemberDetails } from "./bodies";
import { nowIso, stamp } from "./clock";
import { mergeAfter } from "./merge";
import { forgotten, inCompliance, memberExistsOnRename } from "./problems";
import type { Audience, Member, WriteStatus } from "./state";
import type { Account, StatusWrite, World } from "./world";

export interface Scene {
  world: World;
  account: Account;
  audience: Audience;
  skipRequired: boolean;
  via: StatusWrite["via"];
}

/** Self-unsubscribed and bounced people come back by their own confirmation only. */
export const isProtected = (member: Member): boolean =>
  member.status === "cleaned" || (member.status === "unsubscribed" && member.optOut === "self");

const landing = (scene: Scene, wanted: WriteStatus): WriteStatus =>
  scene.account.underReview && wanted === "subscribed" ? "pending" : wanted;

export function noteStatusWrite(scene: Scene, member: Member, requested: WriteStatus, refused: boolean): void {
  scene.world.statusWrites.push({
    listId: scene.audience.id,
    email: member.email,
    from: member.status,
    requested,
    to: refused ? member.status : landing(scene, requested),
    refused,
    via: scene.via,
    at: nowIso(),
  });
}

export function overwriteStatus(scene: Scene, member: Member, requested: WriteStatus): void {
  noteStatusWrite(scene, member, requested, false);
  scene.audience.setStatus(member, landing(scene, requested), "api");
}

export interface NewMember extends MemberDetails {
  email_address: string;
  status: WriteStatus;
  tags?: string[];
}

export function createMember(scene: Scene, body: NewMember): Member {
  const { audience } = scene;
  checkAddress(body.email_address);
  if (audience.forgotten.has(hashOf(body.email_address))) throw forgotten(body.email_address);
  if (!scene.world.signupsAllowed) checkSignupRate(body.email_address);
  const merged = mergeAfter(audience.mergeFields, {}, body.merge_fields, scene.skipRequired);
  const member = audience.add(body.email_address);
  member.mergeFields = merged;
  applyDetails(member, body);
  member.ipOpt = body.ip_opt ?? "127.0.0.1";
  member.timestampOpt = body.timestamp_opt ?? stamp(Date.now());
  for (const name of body.tags ?? []) audience.hold(member, audience.tag(name));
  audience.setStatus(member, landing(scene, body.status), "api", true);
  return member;
}

/** Checks everything before it touches anything: a refused write leaves the member as it was. `tags` are not for existing members. */
export function updateMember(scene: Scene, member: Member, body: MemberDetails): void {
  const { audience } = scene;
  const renamed = checkRename(audience, member, body.email_address);
  const merged = mergeAfter(audience.mergeFields, member.mergeFields, body.merge_fields, scene.skipRequired);
  if (body.status === "subscribed" && isProtected(member)) {
    noteStatusWrite(scene, member, body.status, true);
    throw inCompliance(member.email);
  }
  if (renamed !== undefined) audience.rename(member, renamed);
  member.mergeFields = merged;
  applyDetails(member, body);
  if (body.status) overwriteStatus(scene, member, body.status);
  else audience.touch(member);
}

/** Another spelling of the same address is taken over as typed; another address must be free and acceptable. */
function checkRename(audience: Audience, member: Member, email: string | undefined): string | undefined {
  if (email === undefined || email === member.email) return undefined;
  checkAddress(email);
  const hash = hashOf(email);
  if (hash !== member.hash && audience.members.has(hash)) throw memberExistsOnRename(email);
  if (audience.forgotten.has(hash)) throw forgotten(email);
  return email;
}

export function applyDetails(member: Member, body: MemberDetails): void {
  if (body.language !== undefined) member.language = body.language;
  if (body.email_type !== undefined) member.emailType = body.email_type;
  if (body.vip !== undefined) member.vip = body.vip;
  if (body.location) member.location = body.location;
  if (body.ip_signup !== undefined) member.ipSignup = body.ip_signup;
  if (body.timestamp_signup !== undefined) member.timestampSignup = body.timestamp_signup;
  if (body.interests) Object.assign(member.interests, body.interests);
  for (const given of body.marketing_permissions ?? []) member.permissions[given.marketing_permission_id] = given.enabled;
}
