FROM node:26-bookworm-slim AS dependencies
WORKDIR /vistka
COPY package.json package-lock.json ./
# The image brings its own Node 26, so the packages that carry one stay out.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund \
    && npm cache clean --force

FROM node:26-bookworm-slim
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8080 \
    DATA_DIR=/data
WORKDIR /vistka
RUN mkdir /data && chown node:node /data
COPY --from=dependencies /vistka/node_modules ./node_modules
COPY package.json ./
COPY locales ./locales
COPY content ./content
COPY src ./src
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s CMD ["node", "src/cli/healthy.ts"]
CMD ["node", "src/start.js"]
