# Build with the compiler that better-sqlite3 needs; run without it.
FROM node:22-bookworm AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm ci && npm prune --omit=dev

FROM node:22-bookworm-slim
ENV NODE_ENV=production CARTABLE_CONFIG=/etc/cartable/cartable.toml CARTABLE_STORAGE__PATH=/var/lib/cartable CARTABLE_SMTP__HOST=0.0.0.0 CARTABLE_HTTP__HOST=0.0.0.0
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
COPY templates ./templates
RUN mkdir -p /var/lib/cartable /etc/cartable && touch /etc/cartable/cartable.toml && chown -R node:node /var/lib/cartable
USER node
VOLUME /var/lib/cartable
EXPOSE 2525 8080
HEALTHCHECK CMD node -e "fetch('http://127.0.0.1:8080/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"
CMD ["node", "dist/cli.js", "serve"]
