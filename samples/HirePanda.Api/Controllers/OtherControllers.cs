using HirePanda.ApiKeys;
using Microsoft.AspNetCore.Mvc;

namespace HirePanda.Api.Controllers;

[ApiController, Route("api/v1/candidates")]
public sealed class CandidatesController(Catalogue catalogue) : ControllerBase
{
    [HttpGet, RequirePermission(HirePandaPermissions.CandidatesRead)]
    public IEnumerable<Candidate> List() => catalogue.Candidates.All;

    [HttpPost, RequirePermission(HirePandaPermissions.CandidatesWrite)]
    public ActionResult<Candidate> Create(Candidate candidate)
        => StatusCode(StatusCodes.Status201Created, catalogue.Candidates.Add(candidate));
}

[ApiController, Route("api/v1/analytics")]
public sealed class AnalyticsController(Catalogue catalogue) : ControllerBase
{
    [HttpGet, RequirePermission(ApiKeyPermissions.AnalyticsRead)]
    public object Get() => new { jobs = catalogue.Jobs.All.Count(), candidates = catalogue.Candidates.All.Count() };
}

[ApiController, Route("api/v1/webhooks")]
public sealed class WebhooksController(Catalogue catalogue) : ControllerBase
{
    [HttpGet, RequirePermission(HirePandaPermissions.WebhooksRead)]
    public IEnumerable<Webhook> List() => catalogue.Webhooks.All;

    [HttpPost, RequirePermission(HirePandaPermissions.WebhooksWrite)]
    public ActionResult<Webhook> Create(Webhook webhook)
        => StatusCode(StatusCodes.Status201Created, catalogue.Webhooks.Add(webhook));
}

[ApiController, Route("api/v1/team"), RequirePermission(HirePandaPermissions.TeamManage)]
public sealed class TeamController(Catalogue catalogue) : ControllerBase
{
    [HttpGet]
    public IEnumerable<Member> List() => catalogue.Team.All;

    [HttpPost]
    public ActionResult<Member> Add(Member member) => StatusCode(StatusCodes.Status201Created, catalogue.Team.Add(member));
}

[ApiController, Route("api/v1/billing")]
public sealed class BillingController : ControllerBase
{
    [HttpGet, RequirePermission(HirePandaPermissions.BillingRead)]
    public object Get() => new { plan = "trial", balance = 0 };
}
