using HirePanda.ApiKeys;
using HirePanda.ApiKeys.MaxMind;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Takes the countries of client addresses from a file in MaxMind DB format.</summary>
public static class MaxMindApiKeyBuilderExtensions
{
    /// <summary>
    /// Adds an <see cref="IApiKeyCountryResolver"/> over a country or city file, such as <c>GeoLite2-Country.mmdb</c>. A file
    /// that changes is read again within ten seconds. One that is missing or broken is logged, and countries are unknown until it
    /// is not; the last call counts.
    /// </summary>
    /// <param name="builder">The host's API keys.</param>
    /// <param name="path">The file; a relative path begins at the host's content root.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    public static ApiKeyBuilder AddMaxMindCountries(this ApiKeyBuilder builder, string path)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        builder.Services.RemoveAll<MaxMindCountries>();
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<MaxMindCountries>(
            services, Path.GetFullPath(path, services.GetRequiredService<IHostEnvironment>().ContentRootPath)));
        builder.Services.Replace(
            ServiceDescriptor.Singleton<IApiKeyCountryResolver>(services => services.GetRequiredService<MaxMindCountries>()));
        builder.Services.AddHostedService(services => services.GetRequiredService<MaxMindCountries>());
        return builder;
    }
}
