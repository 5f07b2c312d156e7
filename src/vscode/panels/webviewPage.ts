import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** A screen of src/webview, built to dist/webview. */
export type Screen =
  'archive' | 'hosted' | 'inspect' | 'plan' | 'policy' | 'recovery' | 'retention' | 'ucp';

function folder(extension: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extension, 'dist', 'webview');
}

/** What every page of ours may do: run its own script, read its own folder, nothing else. */
export function pageOptions(extension: vscode.Uri): vscode.WebviewOptions {
  return {
    enableScripts: true,
    enableForms: false,
    enableCommandUris: false,
    localResourceRoots: [folder(extension)],
  };
}

/**
 * Opens a panel with a screen. Listen to it at once: the page speaks first.
 *
 * @param title for the tab, and for screen readers
 */
export function openPage(
  extension: vscode.Uri,
  screen: Screen,
  viewType: string,
  title: string,
): vscode.WebviewPanel {
  const panel = vscode.window.createWebviewPanel(
    viewType,
    title,
    { viewColumn: vscode.ViewColumn.Active },
    { ...pageOptions(extension), enableFindWidget: true },
  );
  panel.webview.html = pageHtml(panel.webview, extension, screen, title);
  return panel;
}

/**
 * The page that loads a screen. Holds no data: that comes by message once the script has said it is ready.
 *
 * @param title for screen readers
 */
export function pageHtml(
  webview: vscode.Webview,
  extension: vscode.Uri,
  screen: Screen,
  title: string,
): string {
  const nonce = randomBytes(18).toString('base64url');
  const file = (name: string) =>
    escape(webview.asWebviewUri(vscode.Uri.joinPath(folder(extension), name)).toString());
  const policy = [
    "default-src 'none'",
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escape(vscode.env.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escape(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<link rel="stylesheet" href="${file('codicon.css')}">
<link rel="stylesheet" href="${file(`${screen}.css`)}">
</head>
<body>
<script nonce="${nonce}" src="${file(`${screen}.js`)}"></script>
</body>
</html>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
