//! `masa deploy`: look, plan, say it, be told to go on, build, and carry it out.

use std::path::PathBuf;

use secrecy::ExposeSecret;

use crate::aws::{Aws, Caller};
use crate::bundle::{Code, Machine};
use crate::fault::DeployError;
use crate::found::Found;
use crate::installation::Installation;
use crate::operator::Operator;
use crate::plan::{self, CodeChange, Plan, StackChange, plan};
use crate::stacks::{self, Stack, Template, Wish};
use crate::toolchain::Toolchain;
use crate::wanted::{self, PlaybookText, Wanted};
use crate::{secrets, table, text};

/// Where the functions' code comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// Built here, with cargo-lambda.
    Built,
    /// A folder with the zips of a release.
    Prebuilt(PathBuf),
}

/// What was typed.
#[derive(Clone, Debug)]
pub struct Deploy {
    pub installation: Installation,
    pub region: Option<String>,
    pub endpoint: Option<String>,
    pub playbooks: Vec<PlaybookText>,
    pub table: Option<String>,
    pub alarm_email: Option<String>,
    pub graph_url: Option<String>,
    pub source: Source,
    /// How many leads a month the estimate is for.
    pub leads: u64,
    pub dry_run: bool,
    /// Go on without being asked.
    pub yes: bool,
}

pub async fn deploy(typed: &Deploy, operator: &dyn Operator) -> Result<(), DeployError> {
    let wanted = Wanted {
        installation: typed.installation.clone(),
        playbooks: wanted::playbooks(&typed.playbooks)?,
        table: typed.table.clone(),
        alarm_email: typed.alarm_email.clone(),
        graph_url: typed.graph_url.clone(),
    };
    let aws = Aws::connect(typed.region.clone(), typed.endpoint.clone()).await;
    let caller = aws.caller().await?;
    let deploying = Deploying { aws: &aws, caller, wanted: &wanted, operator };
    let (toolchain, code) = match &typed.source {
        Source::Built => (Some(Toolchain::find()?), None),
        Source::Prebuilt(folder) => (None, Some(Code::read(folder, deploying.machine())?)),
    };
    let found = Found::read(&aws, &wanted).await?;
    let first = plan(&wanted, &found, code.as_ref())?;
    deploying.say(&first, typed.leads)?;
    if first.is_empty() {
        return deploying.finish(&found).await;
    }
    if typed.dry_run {
        operator.tell("Nothing was changed: this was a dry run.");
        return Ok(());
    }
    if !typed.yes {
        agreed(operator, "Go on? [y/N] ", "--yes to go on without being asked")?;
    }
    let given = secrets::ask(&first.secrets, operator)?;
    let code = match (code, toolchain) {
        (Some(code), _) => code,
        (None, Some(toolchain)) => toolchain.build()?,
        (None, None) => unreachable!("code is read or built"),
    };
    deploying.carry_out(found, code, given).await
}

/// Goes on only after a yes.
pub(crate) fn agreed(
    operator: &dyn Operator,
    question: &str,
    otherwise: &'static str,
) -> Result<(), DeployError> {
    match operator.agrees(question) {
        Some(true) => Ok(()),
        Some(false) => Err(DeployError::Declined),
        None => Err(DeployError::NobodyToAsk(otherwise)),
    }
}

struct Deploying<'d> {
    aws: &'d Aws,
    caller: Caller,
    wanted: &'d Wanted,
    operator: &'d dyn Operator,
}

impl Deploying<'_> {
    fn machine(&self) -> Machine {
        if self.aws.endpoint().is_some() { Machine::Any } else { Machine::Arm64 }
    }

    fn installation(&self) -> &Installation {
        &self.wanted.installation
    }

    fn say(&self, plan: &Plan, leads: u64) -> Result<(), DeployError> {
        let (name, region, account) = (self.installation().as_str(), self.aws.region(), &self.caller.account);
        self.operator.tell(&format!("The installation {name} in {region}, account {account}."));
        if !plan.is_empty() {
            self.operator.tell(&format!("\nWhat will be done:\n{}", text::plan(self.installation(), plan)));
        }
        if plan.data == Some(StackChange::Make) || plan.app == Some(StackChange::Make) {
            self.operator.tell(&format!("{}\n", text::monthly(leads, region)?));
        }
        Ok(())
    }

    async fn carry_out(
        &self,
        mut found: Found,
        code: Code,
        given: std::collections::BTreeMap<String, secrecy::SecretString>,
    ) -> Result<(), DeployError> {
        let planned = plan(self.wanted, &found, Some(&code))?;
        if planned.is_empty() {
            return self.finish(&found).await;
        }
        if let Some(change) = &planned.data {
            let parameters = plan::data_parameters(self.wanted, &found);
            let name = self.installation().data_stack();
            let wish = Wish {
                name: &name,
                template: Template::Body(cloud::DATA),
                parameters: &parameters,
                keeps_what_was_made: true,
            };
            found.data = Some(self.bring_up(change, found.data.as_ref(), &wish).await?);
        }
        for (name, value) in secrets::values(&planned.secrets, given)? {
            secrets::put(self.aws, self.installation(), &name, &value).await?;
            self.operator.tell(&format!("  {name} is stored"));
        }
        self.bring_code(&planned, &mut found, &code).await?;
        if let Some(table) = found.table_name(self.wanted) {
            if planned.release {
                table::release(self.aws, &table).await?;
            }
            for sound in &self.wanted.playbooks {
                if planned.playbooks.contains(sound.business()) {
                    table::publish_one(self.aws, &table, sound).await?;
                    self.operator.tell(&format!("  the playbook of {} is published", sound.business()));
                }
            }
        }
        self.finish_changed(&found).await
    }

    /// Code into the bucket, then the stack that refers to it, then what has other code than the stack believes.
    async fn bring_code(&self, planned: &Plan, found: &mut Found, code: &Code) -> Result<(), DeployError> {
        let bucket = found.data.as_ref().and_then(|data| data.outputs.get("ArtifactsBucket"));
        let bucket = bucket.cloned().unwrap_or_default();
        let (new, strayed) = match &planned.code {
            CodeChange::Known { new, strayed } => (new, strayed),
            CodeChange::NotBuilt => return Ok(()),
        };
        for bundle in code.bundles() {
            if new.contains(bundle.function.name) || strayed.contains(bundle.function.name) {
                self.aws.put_once(&bucket, &bundle.key(), bundle.bytes.clone()).await?;
            }
        }
        if let Some(change) = &planned.app {
            let key = format!("template/{}.yaml", crate::bundle::hash_of(cloud::APP.as_bytes()));
            self.aws.put_once(&bucket, &key, cloud::APP.as_bytes().to_vec()).await?;
            let parameters = plan::app_parameters(self.wanted, found, Some(code));
            let (name, url) =
                (self.installation().app_stack(), self.aws.object_url(self.caller.domain, &bucket, &key));
            let wish = Wish {
                name: &name,
                template: Template::Url(&url),
                parameters: &parameters,
                keeps_what_was_made: false,
            };
            found.app = Some(self.bring_up(change, found.app.as_ref(), &wish).await?);
        }
        for name in strayed {
            if let Some(bundle) = code.of(name) {
                self.aws.update_code(&self.installation().function(name), &bucket, &bundle.key()).await?;
                self.operator.tell(&format!("  {name} has its code again"));
            }
        }
        Ok(())
    }

    async fn bring_up(
        &self,
        change: &StackChange,
        found: Option<&Stack>,
        wish: &Wish<'_>,
    ) -> Result<Stack, DeployError> {
        self.operator.tell(&format!("  the stack {} is being worked on; this takes some minutes", wish.name));
        let stack = match (change, found) {
            (StackChange::Change(_), _) => stacks::change(self.aws, wish).await?,
            (StackChange::MakeAgain, Some(unfinished)) => {
                stacks::delete(self.aws, unfinished, Vec::new()).await?;
                stacks::make(self.aws, wish).await?
            }
            (StackChange::Make | StackChange::MakeAgain, _) => stacks::make(self.aws, wish).await?,
        };
        self.operator.tell(&format!("  the stack {} is {}", wish.name, stack.status));
        Ok(stack)
    }

    async fn finish(&self, found: &Found) -> Result<(), DeployError> {
        self.operator.tell("Nothing to change: all is as it should be.\n");
        self.last_page(found).await
    }

    async fn finish_changed(&self, found: &Found) -> Result<(), DeployError> {
        self.operator.tell("\nMasa is up.\n");
        self.last_page(found).await
    }

    async fn last_page(&self, found: &Found) -> Result<(), DeployError> {
        let Some(app) = &found.app else { return Ok(()) };
        let verify_token = secrets::read(self.aws, self.installation(), secrets::VERIFY_TOKEN).await?;
        let output = |name: &str| app.outputs.get(name).map_or("", String::as_str);
        self.operator.tell(&text::up(&text::Up {
            installation: self.installation(),
            region: self.aws.region(),
            webhook_url: output("WebhookUrl"),
            api_url: output("ApiUrl"),
            dashboard: output("DashboardName"),
            verify_token: verify_token.expose_secret(),
            alarm_email: self.wanted.alarm_email.as_deref(),
        }));
        Ok(())
    }
}
