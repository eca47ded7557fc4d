-- A database of schema version 2, as the release before version 3 made it, with rows in every table.
BEGIN TRANSACTION;
CREATE TABLE api_key_schema (version integer NOT NULL);
INSERT INTO api_key_schema VALUES(2);
CREATE TABLE IF NOT EXISTS "api_key_alerts" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_api_key_alerts" PRIMARY KEY,
    "Workspace" TEXT NOT NULL,
    "Kind" TEXT NOT NULL,
    "Cause" TEXT NOT NULL,
    "KeyId" TEXT NULL,
    "Message" TEXT NOT NULL,
    "RaisedAt" INTEGER NOT NULL,
    "AcknowledgedAt" INTEGER NULL,
    "AcknowledgedBy" TEXT NULL,
    "Data" TEXT NULL
);
INSERT INTO api_key_alerts VALUES('alr_1','acme','unusual_activity','country:1','key_01a221eaa09b71a8b5aede41717959e6','First request from DE.',1795185015123456,NULL,NULL,'{"country":"DE"}');
INSERT INTO api_key_alerts VALUES('alr_2','acme','failed_authentication','failed:1',NULL,'50 attempts failed.',1795188615123456,1795195815123456,'key_01a221eaa07d7c57a887fb1fffe237a8',NULL);
CREATE TABLE IF NOT EXISTS "api_key_audit" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_api_key_audit" PRIMARY KEY,
    "Workspace" TEXT NOT NULL,
    "At" INTEGER NOT NULL,
    "Actor" TEXT NOT NULL,
    "Action" TEXT NOT NULL,
    "KeyId" TEXT NULL,
    "Before" TEXT NULL,
    "After" TEXT NULL,
    "Address" TEXT NULL
);
INSERT INTO api_key_audit VALUES('evt_0','acme',1795163415123456,'first-start','key.create','key_01a221eaa07d7c57a887fb1fffe237a8',NULL,'{"name":"After ж"}','203.0.113.9');
INSERT INTO api_key_audit VALUES('evt_1','acme',1795167015123456,'key_01a221eaa07d7c57a887fb1fffe237a8','key.create','key_01a221eaa09b71a8b5aede41717959e6',NULL,'{"name":"After ж"}','203.0.113.9');
INSERT INTO api_key_audit VALUES('evt_2','acme',1795170615123456,'key_01a221eaa07d7c57a887fb1fffe237a8','key.create','key_01a221eaa0a4759eb5b1b03d8290e1f0','{"name":"Before"}','{"name":"After ж"}','203.0.113.9');
INSERT INTO api_key_audit VALUES('evt_3','other',1795174215123456,'somebody','key.create','key_01a221eaa0a475809393bd163ad8791a',NULL,'{"name":"After ж"}','203.0.113.9');
INSERT INTO api_key_audit VALUES('evt_4','other',1795249815123456,'somebody','key.create','key_01a221eaa0a4767aa40152bd47cd5ae9',NULL,'{"name":"After ж"}','203.0.113.9');
INSERT INTO api_key_audit VALUES('evt_w','acme',1795163415123456,'key_01a221eaa07d7c57a887fb1fffe237a8','webhook.create',NULL,NULL,NULL,NULL);
INSERT INTO api_key_audit VALUES('evt_a','acme',1795195815123456,'key_01a221eaa07d7c57a887fb1fffe237a8','alert.acknowledge',NULL,NULL,NULL,'203.0.113.9');
CREATE TABLE IF NOT EXISTS "api_key_changes" (
    "Number" INTEGER NOT NULL CONSTRAINT "PK_api_key_changes" PRIMARY KEY AUTOINCREMENT,
    "At" INTEGER NOT NULL,
    "Hash" BLOB NULL,
    "Workspace" TEXT NULL
);
INSERT INTO api_key_changes VALUES(1,1795865354575988,NULL,'acme');
INSERT INTO api_key_changes VALUES(2,1795865354608332,X'e15e32fb319c24a76113227c50695a50a6be3faf7b306669dc1547bd488022e3',NULL);
INSERT INTO api_key_changes VALUES(3,1795865354608332,X'a9091288225447da432d5f66b9be9344dfb1e06e2b821e57a4c66749457115e3',NULL);
INSERT INTO api_key_changes VALUES(4,1795865354608332,X'29699d1478999b68edc00d3f31fa4114a72ebf96cf7ffdbb34f0543cba92c69b',NULL);
INSERT INTO api_key_changes VALUES(5,1795865354608332,X'1b1343c8dbddb5fbab5a49ef8f1995474e392fef4023bfc092b038d14f0c36f4',NULL);
INSERT INTO api_key_changes VALUES(6,1795865354608332,X'9105b91ffe614c7aafc4546d3608e74e65d054af81dadc82fb9806e815689dc0',NULL);
CREATE TABLE IF NOT EXISTS "api_key_usage" (
    "Workspace" TEXT NOT NULL,
    "KeyId" TEXT NOT NULL,
    "Level" INTEGER NOT NULL,
    "Dimension" INTEGER NOT NULL,
    "At" INTEGER NOT NULL,
    "Name" TEXT NOT NULL,
    "Bucket" INTEGER NOT NULL,
    "Requests" INTEGER NOT NULL,
    "Errors" INTEGER NOT NULL,
    CONSTRAINT "PK_api_key_usage" PRIMARY KEY ("Workspace", "KeyId", "Level", "Dimension", "At", "Name", "Bucket")
);
INSERT INTO api_key_usage VALUES('acme','',0,3,1795165200000000,'key_01a221eaa09b71a8b5aede41717959e6',0,42,3);
INSERT INTO api_key_usage VALUES('acme','',1,3,1795165200000000,'key_01a221eaa09b71a8b5aede41717959e6',0,42,3);
INSERT INTO api_key_usage VALUES('acme','',2,3,1795132800000000,'key_01a221eaa09b71a8b5aede41717959e6',0,42,3);
INSERT INTO api_key_usage VALUES('acme','key_01a221eaa09b71a8b5aede41717959e6',0,0,1795165200000000,'200',0,42,3);
INSERT INTO api_key_usage VALUES('acme','key_01a221eaa09b71a8b5aede41717959e6',0,1,1795165200000000,'GET /api/v1/jobs/{id}',17,42,3);
INSERT INTO api_key_usage VALUES('acme','key_01a221eaa09b71a8b5aede41717959e6',0,2,1795165200000000,'DE',0,42,3);
INSERT INTO api_key_usage VALUES('acme','key_01a221eaa09b71a8b5aede41717959e6',1,0,1795165200000000,'200',0,42,3);
INSERT INTO api_key_usage VALUES('acme','key_01a221eaa09b71a8b5aede41717959e6',1,1,1795165200000000,'GET /api/v1/jobs/{id}',17,42,3);
INSERT INTO api_key_usage VALUES('acme','key_01a221eaa09b71a8b5aede41717959e6',1,2,1795165200000000,'DE',0,42,3);
INSERT INTO api_key_usage VALUES('acme','key_01a221eaa09b71a8b5aede41717959e6',2,0,1795132800000000,'200',0,42,3);
INSERT INTO api_key_usage VALUES('acme','key_01a221eaa09b71a8b5aede41717959e6',2,1,1795132800000000,'GET /api/v1/jobs/{id}',17,42,3);
INSERT INTO api_key_usage VALUES('acme','key_01a221eaa09b71a8b5aede41717959e6',2,2,1795132800000000,'DE',0,42,3);
CREATE TABLE IF NOT EXISTS "api_key_usage_batches" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_api_key_usage_batches" PRIMARY KEY,
    "At" INTEGER NOT NULL
);
INSERT INTO api_key_usage_batches VALUES('batch-1',1795167015123456);
CREATE TABLE IF NOT EXISTS "api_key_webhook_deliveries" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_api_key_webhook_deliveries" PRIMARY KEY,
    "WebhookId" TEXT NOT NULL,
    "AlertId" TEXT NOT NULL,
    "Payload" TEXT NOT NULL,
    "Attempts" INTEGER NOT NULL,
    "NextAttemptAt" INTEGER NULL,
    "LeasedUntil" INTEGER NULL,
    "Status" INTEGER NOT NULL
);
INSERT INTO api_key_webhook_deliveries VALUES('msg_1','whk_1','alr_1','{"type":"api_key.alert"}',2,1795192215123456,NULL,0);
INSERT INTO api_key_webhook_deliveries VALUES('msg_2','whk_1','alr_2','{"type":"api_key.alert"}',1,NULL,NULL,1);
CREATE TABLE IF NOT EXISTS "api_key_webhooks" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_api_key_webhooks" PRIMARY KEY,
    "Workspace" TEXT NOT NULL,
    "Url" TEXT NOT NULL,
    "Secret" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "FailingSince" INTEGER NULL,
    "DisabledAt" INTEGER NULL,
    "DisabledReason" TEXT NULL
);
INSERT INTO api_key_webhooks VALUES('whk_1','acme','https://hooks.example/alerts','whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',1795163415123456,1795188615123456,NULL,NULL);
CREATE TABLE IF NOT EXISTS "api_key_workspaces" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_api_key_workspaces" PRIMARY KEY,
    "AllowlistEnabled" INTEGER NOT NULL,
    "AllowlistReportOnly" INTEGER NOT NULL,
    "AllowedNetworks" TEXT NOT NULL,
    "Version" INTEGER NOT NULL
);
INSERT INTO api_key_workspaces VALUES('acme',1,1,'["192.0.2.0/24"]',1);
CREATE TABLE IF NOT EXISTS "api_keys" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_api_keys" PRIMARY KEY,
    "Workspace" TEXT NOT NULL,
    "Hash" BLOB NOT NULL,
    "Name" TEXT NOT NULL,
    "Type" TEXT NOT NULL,
    "Tier" TEXT NULL,
    "Permissions" TEXT NOT NULL,
    "Hint" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "CreatedBy" TEXT NULL,
    "ExpiresAt" INTEGER NULL,
    "LastUsedAt" INTEGER NULL,
    "RevokedAt" INTEGER NULL,
    "RevokedReason" TEXT NULL,
    "Replaces" TEXT NULL,
    "ReplacedBy" TEXT NULL,
    "Family" TEXT NULL,
    "AllowedNetworks" TEXT NOT NULL,
    "RateLimits" TEXT NOT NULL,
    "Metadata" TEXT NULL,
    "Version" INTEGER NOT NULL
);
INSERT INTO api_keys VALUES('key_01a221eaa07d7c57a887fb1fffe237a8','acme',X'e15e32fb319c24a76113227c50695a50a6be3faf7b306669dc1547bd488022e3','Admin','production','admin','[]','hp_live_61nB…',1795163415123456,'first-start',NULL,1795181415123456,NULL,NULL,NULL,NULL,NULL,'[]','[]',NULL,1);
INSERT INTO api_keys VALUES('key_01a221eaa09b71a8b5aede41717959e6','acme',X'a9091288225447da432d5f66b9be9344dfb1e06e2b821e57a4c66749457115e3','Nightly 🐼 ''x''','ci','write','["analytics:read"]','hp_ci_Xod2…',1795167015123456,'key_01a221eaa07d7c57a887fb1fffe237a8',4891363200000000,1795170615123456,NULL,NULL,NULL,NULL,NULL,'[]','[[500,60],[10000,3600]]','{"team":"zoo","n":[1,null,{"ж":"…"}]}',1);
INSERT INTO api_keys VALUES('key_01a221eaa0a475809393bd163ad8791a','other',X'1b1343c8dbddb5fbab5a49ef8f1995474e392fef4023bfc092b038d14f0c36f4','Old','production','admin','[]','hp_live_GW2Q…',1795174215123456,NULL,1795336215123456,NULL,NULL,NULL,NULL,'key_01a221eaa0a4767aa40152bd47cd5ae9','key_01a221eaa0a475809393bd163ad8791a','[]','[]',NULL,1);
INSERT INTO api_keys VALUES('key_01a221eaa0a4759eb5b1b03d8290e1f0','acme',X'29699d1478999b68edc00d3f31fa4114a72ebf96cf7ffdbb34f0543cba92c69b','Leaked','development','write','[]','hp_dev_oUTL…',1795170615123456,'key_01a221eaa07d7c57a887fb1fffe237a8',NULL,NULL,1795249815123456,'leaked',NULL,NULL,NULL,'["10.0.0.0/8","2001:db8::/32"]','[]',NULL,1);
INSERT INTO api_keys VALUES('key_01a221eaa0a4767aa40152bd47cd5ae9','other',X'9105b91ffe614c7aafc4546d3608e74e65d054af81dadc82fb9806e815689dc0','New','production','admin','[]','hp_live_7dkm…',1795249815123456,NULL,NULL,NULL,NULL,NULL,'key_01a221eaa0a475809393bd163ad8791a',NULL,'key_01a221eaa0a475809393bd163ad8791a','[]','[]',NULL,1);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('api_key_changes',6);
CREATE UNIQUE INDEX "IX_api_key_alerts_Cause" ON "api_key_alerts" ("Cause");
CREATE INDEX "IX_api_key_alerts_Workspace_RaisedAt_Id" ON "api_key_alerts" ("Workspace", "RaisedAt", "Id");
CREATE INDEX "IX_api_key_audit_Workspace_At_Id" ON "api_key_audit" ("Workspace", "At", "Id");
CREATE INDEX "IX_api_key_changes_At" ON "api_key_changes" ("At");
CREATE INDEX "IX_api_key_usage_Level_At" ON "api_key_usage" ("Level", "At");
CREATE INDEX "IX_api_key_usage_batches_At" ON "api_key_usage_batches" ("At");
CREATE INDEX "IX_api_key_webhook_deliveries_NextAttemptAt" ON "api_key_webhook_deliveries" ("NextAttemptAt");
CREATE INDEX "IX_api_key_webhook_deliveries_WebhookId" ON "api_key_webhook_deliveries" ("WebhookId");
CREATE INDEX "IX_api_key_webhooks_Workspace_CreatedAt_Id" ON "api_key_webhooks" ("Workspace", "CreatedAt", "Id");
CREATE UNIQUE INDEX "IX_api_keys_Hash" ON "api_keys" ("Hash");
CREATE INDEX "IX_api_keys_Workspace_CreatedAt_Id" ON "api_keys" ("Workspace", "CreatedAt", "Id");
CREATE INDEX "IX_api_keys_Workspace_CreatedBy" ON "api_keys" ("Workspace", "CreatedBy");
COMMIT;
