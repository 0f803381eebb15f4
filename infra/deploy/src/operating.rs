//! What the operator does to a running installation: release, redrive, erase.

use std::sync::{Arc, Mutex};

use secrecy::ExposeSecret;
use shared::adapters::sqs::SqsQueue;
use shared::adapters::stored_playbooks::StoredPlaybooks;
use shared::adapters::system::{SystemChance, SystemClock};
use shared::application::World;
use shared::application::effect::{Effect, effects};
use shared::application::erase::{Erased, erase_identity};
use shared::application::in_memory::NoFigures;
use shared::application::moving::{PeopleMoved, move_people};
use shared::application::ports::Store;
use shared::application::publish::publish;
use shared::application::redrive::redrive;
use shared::application::tasks::{finish_task, open_tasks};
use shared::domain::identity::Identity;
use shared::domain::ids::{BusinessId, JourneyName, LeadId, WorkId};
use shared::domain::task::Task;
use shared::lambda::settings::pepper;
use shared::operator::{Asked, carry_out};
use shared::secrets::names;

use crate::aws::Aws;
use crate::fault::DeployError;
use crate::installation::Installation;
use crate::operator::Operator;
use crate::wanted::{self, PlaybookText};
use crate::{secrets, stacks};

/// Which installation, and where.
#[derive(Clone, Debug)]
pub struct Place {
    pub installation: Installation,
    pub region: Option<String>,
    pub endpoint: Option<String>,
}

/// Makes the table that the functions work on the one that sends, and lets go what was held.
pub async fn release(place: &Place, operator: &dyn Operator) -> Result<(), DeployError> {
    let aws = Aws::connect(place.region.clone(), place.endpoint.clone()).await;
    let world = world(&aws, &place.installation).await?;
    shared::application::release::release(&world).await?;
    operator.tell(&format!("{} sends, and what was held goes on.", world.table));
    Ok(())
}

/// Brings dead letters back and sets parked work of every business going.
pub async fn redrive_all(place: &Place, operator: &dyn Operator) -> Result<(), DeployError> {
    let aws = Aws::connect(place.region.clone(), place.endpoint.clone()).await;
    let world = world(&aws, &place.installation).await?;
    for name in cloud::QUEUES {
        let dead = format!("{}-dead", place.installation.queue(name));
        let count = aws.waiting(&dead).await?;
        if count > 0 {
            aws.bring_back(&dead).await?;
            operator.tell(&format!("{count} dead letters of {name} come again."));
        }
    }
    for business in world.store.businesses().await? {
        let done = redrive(&world, &business).await?;
        operator.tell(&format!("{business}: {} leads and {} events go on.", done.leads, done.events));
        if done.notices > 0 {
            operator.tell(&format!("{business}: {} notices wait for a person.", done.notices));
        }
    }
    Ok(())
}

/// Erases whoever is known to a business by this name, and says what is kept as proof.
pub async fn erase_person(
    place: &Place,
    business: &BusinessId,
    identity: &Identity,
    operator: &dyn Operator,
) -> Result<(), DeployError> {
    let aws = Aws::connect(place.region.clone(), place.endpoint.clone()).await;
    let world = world(&aws, &place.installation).await?;
    let erased = erase_identity(&world, business, identity).await?;
    let key = world.identity_key(business, identity);
    operator.tell(&match erased {
        Erased::Begun(lead) => format!(
            "The lead {lead} is a tombstone from now on: nothing of the person is used, and what is left goes within minutes."
        ),
        Erased::Already(lead) => format!("The lead {lead} was erased before."),
        Erased::Nobody => "Nobody is known by that. That it was erased is kept, so that what happened before and is \
             told later brings nobody back."
            .to_owned(),
    });
    let proof = world.store.inbox(&world.inbox_of(business, identity), 0).await?.erased;
    if let Some(proof) = proof {
        operator.tell(&format!(
            "Proof: {key} was erased at {}. It is a keyed hash: whoever asks by the same name finds it, and nobody can read the name from it.",
            proof.at
        ));
    }
    operator.tell("Copies in the table's point-in-time recovery are gone after 35 days at the latest.");
    Ok(())
}

/// Publishes a playbook, and moves the people who are on these journeys by an older one, or says only what would change
/// for them. Functions follow the new one within half a minute.
pub async fn publish_playbook(
    place: &Place,
    playbook: &PlaybookText,
    journeys: &[JourneyName],
    dry_run: bool,
) -> Result<Vec<(JourneyName, PeopleMoved)>, DeployError> {
    let sound = wanted::playbooks(std::slice::from_ref(playbook))?;
    let [sound] = &sound[..] else { return Ok(Vec::new()) };
    let aws = Aws::connect(place.region.clone(), place.endpoint.clone()).await;
    let world = world(&aws, &place.installation).await?;
    if !dry_run {
        publish(world.store.as_ref(), &sound.playbook, &sound.text).await?;
    }
    let playbook = Arc::new(sound.playbook.clone());
    let mut moved = Vec::new();
    for journey in journeys {
        moved.push((journey.clone(), move_people(&world, &playbook, journey, dry_run).await?));
    }
    Ok(moved)
}

/// What people of each business have still to do, about which lead.
pub async fn tasks(place: &Place) -> Result<Vec<(BusinessId, LeadId, Task)>, DeployError> {
    let aws = Aws::connect(place.region.clone(), place.endpoint.clone()).await;
    let world = world(&aws, &place.installation).await?;
    let mut all = Vec::new();
    for business in world.store.businesses().await? {
        let open = open_tasks(world.store.as_ref(), &business).await?;
        all.extend(open.into_iter().map(|(lead, task)| (business.clone(), lead, task)));
    }
    Ok(all)
}

/// Somebody did it. `false` when no such task is open in any business.
pub async fn task_done(place: &Place, lead: LeadId, task: WorkId) -> Result<bool, DeployError> {
    let aws = Aws::connect(place.region.clone(), place.endpoint.clone()).await;
    let world = world(&aws, &place.installation).await?;
    for business in world.store.businesses().await? {
        if finish_task(&world, &business, lead, task).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What the journeys of each business bring about.
pub async fn journeys(place: &Place) -> Result<Vec<(BusinessId, JourneyName, Effect)>, DeployError> {
    let aws = Aws::connect(place.region.clone(), place.endpoint.clone()).await;
    let world = world(&aws, &place.installation).await?;
    let mut all = Vec::new();
    for business in world.store.businesses().await? {
        let effects = effects(world.store.as_ref(), &business).await?;
        all.extend(effects.into_iter().map(|(journey, effect)| (business.clone(), journey, effect)));
    }
    Ok(all)
}

/// What the operator asks of each business, or of one.
pub async fn operate(
    place: &Place,
    business: Option<&str>,
    asked: &Asked,
) -> Result<Vec<serde_json::Value>, DeployError> {
    let aws = Aws::connect(place.region.clone(), place.endpoint.clone()).await;
    let world = world(&aws, &place.installation).await?;
    let named = |of: &BusinessId| business.is_none_or(|name| name == of.as_str());
    let businesses: Vec<BusinessId> = world.store.businesses().await?.into_iter().filter(named).collect();
    if businesses.len() > 1 && !asked.is_of_all() {
        return Err(DeployError::NotDone(
            "there are several businesses; say which with --business".to_owned(),
        ));
    }
    let mut answers = Vec::new();
    for business in businesses {
        let answer = carry_out(&world, &business, asked).await;
        answers.push(answer.map_err(|error| DeployError::NotDone(error.to_string()))?);
    }
    Ok(answers)
}

/// The installation as a use case sees it, from the operator's machine.
async fn world(aws: &Aws, installation: &Installation) -> Result<World, DeployError> {
    aws.caller().await?;
    let app = stacks::read(aws, &installation.app_stack()).await?;
    let table = app.and_then(|app| app.parameters.get("TableName").cloned());
    let table = table.ok_or_else(|| DeployError::NotDeployed(installation.as_str().to_owned()))?;
    let digits = secrets::find(aws, installation, names::PEPPER).await?;
    let digits = digits.ok_or_else(|| DeployError::SecretMissing(names::PEPPER.to_owned()))?;
    let pepper =
        pepper(digits.expose_secret()).map_err(|_| DeployError::SecretOdd(names::PEPPER.to_owned()))?;
    let mut urls: [String; 6] = Default::default();
    for (url, name) in urls.iter_mut().zip(cloud::QUEUES) {
        *url = aws.queue_url(&installation.queue(name)).await?;
    }
    let store: Arc<dyn Store> = Arc::new(aws.store(&table));
    Ok(World {
        public_url: None,
        playbooks: Arc::new(StoredPlaybooks::new(Arc::clone(&store))),
        store,
        queue: Arc::new(SqsQueue::new(aws.sqs.clone(), urls)),
        clock: Arc::new(SystemClock),
        chance: Arc::new(SystemChance),
        // An operator's machine writes no metrics: the next tick counts what is still parked.
        figures: Arc::new(NoFigures),
        pepper,
        table,
        release: Mutex::default(),
    })
}
