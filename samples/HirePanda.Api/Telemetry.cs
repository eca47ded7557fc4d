using HirePanda.ApiKeys;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace HirePanda.Api;

/// <summary>
/// Serves metrics to Prometheus at <c>/metrics</c>, and sends metrics, traces, and logs by OTLP to the collector that
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> or <c>Otlp:Endpoint</c> names. OpenTelemetry's other environment variables apply.
/// </summary>
internal static class Telemetry
{
    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(configuration["OTEL_SERVICE_NAME"] ?? "hirepanda-api"))
            .WithMetrics(metrics => metrics.AddMeter(ApiKeyDefaults.MeterName).AddAspNetCoreInstrumentation()
                .AddPrometheusExporter(page => page.ScrapeResponseCacheDurationMilliseconds = 0));

        configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] ??= configuration["Otlp:Endpoint"];
        if (!string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            telemetry.WithTracing(traces => traces.AddSource(ApiKeyDefaults.ActivitySourceName).AddAspNetCoreInstrumentation())
                .UseOtlpExporter();
        }
    }
}
