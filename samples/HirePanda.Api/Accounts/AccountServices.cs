using HirePanda.ApiKeys;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace HirePanda.Api;

/// <summary>Registers ASP.NET Core Identity for the people who use the dashboard.</summary>
internal static partial class AccountServices
{
    /// <summary>The policy of pages for signed-in people who belong to a workspace.</summary>
    public const string StaffPolicy = "Staff";

    /// <summary>The cookie of a session.</summary>
    public const string CookieName = "HirePanda.Session";

    private static readonly TimeSpan _revalidation = TimeSpan.FromMinutes(1);

    /// <summary>Adds accounts. Call it after <c>AddHirePandaApiKeys</c> and its store.</summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="database">Chooses the database of the accounts.</param>
    public static void AddAccounts(this IServiceCollection services, Action<DbContextOptionsBuilder> database)
    {
        services.AddDbContext<AccountsDbContext>(db =>
        {
            db.ConfigureWarnings(events => events.Log((RelationalEventId.CommandExecuted, LogLevel.Debug)));
            database(db);
        });
        services.AddHostedService<AccountTables>();
        services.AddHostedService<FirstLogins>();

        // The default scheme stays the key's: a cookie counts only where a policy names its scheme.
        services.AddAuthentication(ApiKeyDefaults.AuthenticationScheme)
            .AddIdentityCookies(cookies => cookies.ApplicationCookie!.Configure(ConfigureCookie));
        services.AddIdentityCore<Account>(ConfigureIdentity).AddEntityFrameworkStores<AccountsDbContext>()
            .AddSignInManager().AddClaimsPrincipalFactory<AccountClaims>();
        services.Configure<SecurityStampValidatorOptions>(options => options.ValidationInterval = _revalidation);
        services.AddAuthorizationBuilder().AddPolicy(StaffPolicy, policy => policy
            .AddAuthenticationSchemes(IdentityConstants.ApplicationScheme).RequireAuthenticatedUser()
            .RequireClaim(AccountClaims.Workspace));
        StaffActorResolver.Decorate(services);

        services.AddDataProtection().SetApplicationName("HirePanda.Api").PersistKeysToDbContext<AccountsDbContext>();
        services.AddAntiforgery(options =>
        {
            options.FormFieldName = FormToken.Field;
            options.Cookie.Name = "HirePanda.Form";
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;

            // The pages set a stricter one.
            options.SuppressXFrameOptionsHeader = true;
        });
    }

    private static void ConfigureIdentity(IdentityOptions options)
    {
        options.User.RequireUniqueEmail = true;

        // Length protects a password, not the kinds of its characters.
        options.Password = new()
        {
            RequiredLength = 12,
            RequireDigit = false,
            RequireLowercase = false,
            RequireUppercase = false,
            RequireNonAlphanumeric = false,
        };
        options.Lockout.MaxFailedAccessAttempts = 5;
        options.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
    }

    private static void ConfigureCookie(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = CookieName;
        options.LoginPath = AccountPages.LoginPath;
        options.AccessDeniedPath = AccountPages.DeniedPath;
        options.ReturnUrlParameter = AccountPages.ReturnUrl;
        options.ExpireTimeSpan = TimeSpan.FromHours(8);
        options.Events.OnValidatePrincipal = ValidateAsync;
    }

    /// <summary>
    /// Checks once a minute that the account still exists. If the database does not answer, the person stays signed in. The pages
    /// read the same database, so they can show the outage.
    /// </summary>
    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        try
        {
            await SecurityStampValidator.ValidatePrincipalAsync(context);
        }
        catch (Exception exception) when (AccountTables.IsUnavailable(exception))
        {
            var logger = context.HttpContext.RequestServices.GetRequiredService<ILogger<AccountsDbContext>>();
            LogUnavailable(logger, exception.GetBaseException().Message);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The account of a signed-in person could not be checked: {Reason}")]
    private static partial void LogUnavailable(ILogger logger, string reason);
}
