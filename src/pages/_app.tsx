import "@saleor/macaw-ui/style";
import "@/styles/app.css";
import "@/styles/light.css";
import type { NextPage } from "next";
import type { AppProps } from "next/app";
import dynamic from "next/dynamic";
import Head from "next/head";

/** A page for people who are not in the Dashboard: plain HTML, rendered on the server. */
export type PlainPage = NextPage & { isPlain?: boolean };

/** A window that the Dashboard opens inside its own pages: small, and without the app's shell. */
export type LightPage = NextPage & { isLight?: boolean };

const Shell = dynamic(() => import("@/dashboard/ui/shell/shell").then(({ Shell }) => Shell), { ssr: false });
const LightShell = dynamic(() => import("@/dashboard/ui/light/light-shell").then(({ LightShell }) => LightShell), { ssr: false });

export default function App({ Component, pageProps }: AppProps & { Component: PlainPage & LightPage }) {
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
  const Around = Component.isLight ? LightShell : Shell;
  return (
    <>
      {head}
      <Around>
        <Component {...pageProps} />
      </Around>
    </>
  );
}
