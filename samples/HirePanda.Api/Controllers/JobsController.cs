using HirePanda.ApiKeys;
using Microsoft.AspNetCore.Mvc;

namespace HirePanda.Api.Controllers;

[ApiController, Route("api/v1/jobs")]
public sealed class JobsController(Catalogue catalogue) : ControllerBase
{
    [HttpGet, HttpHead, RequirePermission(HirePandaPermissions.JobsRead)]
    public IEnumerable<Job> List() => catalogue.Jobs.All;

    [HttpGet("{id}"), HttpHead("{id}"), RequirePermission(HirePandaPermissions.JobsRead)]
    public ActionResult<Job> Get(string id) => catalogue.Jobs.Find(id) is { } job ? job : NotFound();

    [HttpPost, RequirePermission(HirePandaPermissions.JobsWrite)]
    public ActionResult<Job> Create(Job job)
    {
        var created = catalogue.Jobs.Add(job);
        return CreatedAtAction(nameof(Get), new { id = created.Id }, created);
    }

    [HttpPut("{id}"), RequirePermission(HirePandaPermissions.JobsWrite)]
    public ActionResult<Job> Replace(string id, Job job)
        => catalogue.Jobs.Replace(id, job) is { } replaced ? replaced : NotFound();

    [HttpDelete("{id}"), RequirePermission(HirePandaPermissions.ResourcesDelete)]
    public IActionResult Delete(string id) => catalogue.Jobs.Remove(id) ? NoContent() : NotFound();
}
