// Loaded late by import(). A bundler gives only `default` of a late CommonJS package, so its name stands here.
export { secretbox } from 'tweetnacl';
