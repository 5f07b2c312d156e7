// Loaded late by import(). A bundler gives only `default` of a late CommonJS package, so its names stand here.
export { Counter, Gauge, Registry } from 'prom-client';
