using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>Reads the form of a request, if the dashboard's own page sent it.</summary>
internal sealed class FormReader(IAntiforgery antiforgery, ILogger<FormReader> logger)
{
    private const long MaxBytes = 512 * 1024;

    private static readonly FormOptions _limits = new() { BufferBodyLengthLimit = MaxBytes, ValueLengthLimit = (int)MaxBytes };

    /// <summary>Reads the form. The result is null if another site can have sent it, or its token is not valid.</summary>
    public async Task<IFormCollection?> ReadAsync(HttpContext context)
    {
        // Browsers say where a request comes from (Fetch Metadata), also where a cookie's SameSite does not help.
        if (context.Request.Headers["Sec-Fetch-Site"] is [{ } site, ..] && site != "same-origin")
        {
            DashboardLog.CrossSite(logger, site);
            return null;
        }

        if (context.Request.ContentLength > MaxBytes || !context.Request.HasFormContentType)
        {
            return null;
        }

        try
        {
            Limit(context);
            var form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
            await antiforgery.ValidateRequestAsync(context).ConfigureAwait(false);
            return form;
        }
        catch (AntiforgeryValidationException exception)
        {
            DashboardLog.InvalidToken(logger, exception);
            return null;
        }
        catch (Exception exception) when (exception is InvalidDataException or BadHttpRequestException)
        {
            return null;
        }
    }

    /// <summary>Limits the body, unless the host has read the form already.</summary>
    private static void Limit(HttpContext context)
    {
        if (context.Features.Get<IFormFeature>() is { Form: not null })
        {
            return;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body)
        {
            body.MaxRequestBodySize = MaxBytes;
        }

        context.Features.Set<IFormFeature>(new FormFeature(context.Request, _limits));
    }
}
