import "@saleor/macaw-ui/style";
import "@/styles/app.css";
import type { NextPage } from "next";
import type { AppProps } from "next/app";
import dynamic from "next/dynamic";
import Head from "next/head";

/** A page for people who are not in the Dashboard: plain HTML, rendered on the server. */
export type PlainPage = NextPage & { isPlain?: boolean };

const Shell = dynamic(() => import("@/dashboard/ui/shell/shell").then(({ Shell }) => Shell), { ssr: false });

export default function App({ Component, pageProps }: AppProps & { Component: PlainPage }) {
  const head = (
    <Head>
      <title>CRM</title>
      <meta name="viewport" content="width=device-width, initial-scale=1" />
    </Head>
  );
  if (Component.isPlain) {
    return (
      <>
        {head}
        <Component {...pageProps} />
      </>
    );
  }
  return (
    <>
      {head}
      <Shell>
        <Component {...pageProps} />
      </Shell>
    </>
  );
}
