/**
 * The part of the official client that we use: it ships no types, and the community's are wrong about errors
 * (`@types/mailchimp__mailchimp_marketing` 3.0.22). Read from 3.0.80, `src/ApiClient.js` and `src/api/*.js`.
 */
declare module "@mailchimp/mailchimp_marketing" {
  type Options = Record<string, string | number | boolean | readonly string[] | undefined>;
  type Params = Record<string, unknown>;

  interface Lists {
    getAllLists(options?: Options): Promise<unknown>;
    getList(listId: string, options?: Options): Promise<unknown>;
    getListMergeFields(listId: string, options?: Options): Promise<unknown>;
    addListMergeField(listId: string, body: object): Promise<unknown>;
    getListWebhooks(listId: string): Promise<unknown>;
    createListWebhook(listId: string, body: object): Promise<unknown>;
    deleteListWebhook(listId: string, webhookId: string): Promise<unknown>;
    getListMembersInfo(listId: string, options?: Options): Promise<unknown>;
    getListMember(listId: string, subscriberHash: string, options?: Options): Promise<unknown>;
    /** POST */
    addListMember(listId: string, body: object, options?: Options): Promise<unknown>;
    /** PUT */
    setListMember(listId: string, subscriberHash: string, body: object, options?: Options): Promise<unknown>;
    /** PATCH */
    updateListMember(listId: string, subscriberHash: string, body: object, options?: Options): Promise<unknown>;
    /** DELETE: archives */
    deleteListMember(listId: string, subscriberHash: string): Promise<unknown>;
    /** POST …/actions/delete-permanent */
    deleteListMemberPermanent(listId: string, subscriberHash: string): Promise<unknown>;
    updateListMemberTags(listId: string, subscriberHash: string, body: object): Promise<unknown>;
    getListMemberEvents(listId: string, subscriberHash: string, options?: Options): Promise<unknown>;
    createListMemberEvent(listId: string, subscriberHash: string, body: object): Promise<unknown>;
    batchListMembers(listId: string, body: object, options?: Options): Promise<unknown>;
    listSegments(listId: string, options?: Options): Promise<unknown>;
    createSegment(listId: string, body: object): Promise<unknown>;
    /** The only one with the body first. */
    batchSegmentMembers(body: object, listId: string, segmentId: string): Promise<unknown>;
  }

  export interface ApiClient {
    readonly lists: Lists;
    readonly root: { getRoot(options?: Options): Promise<unknown> };
    /** Every method ends here and hands on `data` of what it resolves to. */
    callApi(
      path: string,
      method: string,
      pathParams: Params,
      queryParams: Params,
      headerParams: Params,
      formParams: Params,
      body: unknown,
    ): Promise<{ data: unknown }>;
  }

  /** A process-wide singleton: shared configuration would mix the tokens of two shops. Use its constructor. */
  const instance: ApiClient & { readonly constructor: new () => ApiClient };
  export default instance;
}
