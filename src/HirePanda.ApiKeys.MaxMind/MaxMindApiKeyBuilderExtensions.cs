using HirePanda.ApiKeys;
using HirePanda.ApiKeys.MaxMind;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Gets the countries of client addresses from a file in MaxMind DB format.</summary>
public static class MaxMindApiKeyBuilderExtensions
{
    /// <summary>
    /// Adds an <see cref="IApiKeyCountryResolver"/> that reads a country or city file, such as <c>GeoLite2-Country.mmdb</c>. A
    /// changed file is read again within 10 seconds. If the file is missing or damaged, an error is logged, and the last valid
    /// file stays in use. Countries are unknown until a valid file is read. If you call this method again, the last call wins.
    /// </summary>
    /// <param name="builder">The host's API keys.</param>
    /// <param name="path">The path of the file. A relative path is relative to the host's content root.</param>
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
