import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const restrict = (patterns) => ({
  'no-restricted-imports': 'off',
  '@typescript-eslint/no-restricted-imports': ['error', { patterns }],
});

const editor = {
  regex: '^vscode$',
  message: 'Only src/vscode and src/extension.ts know the editor.',
};
const network = {
  regex: '^(node:)?(net|http|https|http2|tls|dgram)$|^undici$|^dockerode$',
  message: 'The core reaches no network; an adapter does.',
};
const outward = {
  regex: '(^|/)(adapters|snapshots|vaults|vscode|cli|workers|sandbox)(/|$)',
  message: 'The core imports nobody: say what is needed as a port.',
};
const heavy = {
  regex: '^(openpgp|dockerode|undici|jose|prom-client)$',
  allowTypeImports: true,
  message: 'Heavy: import() it where it is used.',
};
const callers = {
  regex: '(^|/)(vscode|cli|sandbox|webview)(/|$)',
  message: 'Callers compose; nothing below them imports them.',
};

export default tseslint.config(
  { ignores: ['.cache', 'dist', 'out', 'node_modules', 'test-output'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked.map((c) => ({
    ...c,
    files: ['src/**/*.ts', 'test/**/*.ts'],
  })),
  {
    files: ['src/**/*.ts', 'test/**/*.ts'],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/no-non-null-assertion': 'error',
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  { files: ['src/core/**/*.ts'], rules: restrict([editor, network, outward, heavy]) },
  { files: ['src/protocol/**/*.ts'], rules: restrict([editor, network, outward, heavy]) },
  {
    files: [
      'src/adapters/**/*.ts',
      'src/snapshots/**/*.ts',
      'src/vaults/**/*.ts',
      'src/workers/**/*.ts',
    ],
    rules: restrict([editor, callers, heavy]),
  },
  // What is loaded late names its exports here, and is itself loaded by import().
  {
    files: ['src/adapters/undici.ts', 'src/adapters/dockerode.ts', 'src/cli/agent/promClient.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': 'off' },
  },
  {
    files: ['src/cli/**/*.ts'],
    rules: {
      ...restrict([
        editor,
        heavy,
        { regex: '(^|/)vscode(/|$)', message: 'The command line knows no editor.' },
      ]),
      'no-console': 'off',
    },
  },
  {
    files: ['src/cli/agent/promClient.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': 'off' },
  },
  {
    files: ['src/vscode/**/*.ts', 'src/extension.ts'],
    rules: restrict([
      heavy,
      network,
      {
        regex: '(^|/)(cli|sandbox)(/|$)',
        message: 'The editor does not import the other callers.',
      },
    ]),
  },
  { files: ['src/sandbox/**', 'test/**'], rules: { 'no-console': 'off' } },
  {
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-unused-expressions': 'off' },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
      },
    },
  },
);
