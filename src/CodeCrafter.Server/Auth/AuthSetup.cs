using CodeCrafter.Server.Auth.SecurityEvents;
using CodeCrafter.Server.Platform;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace CodeCrafter.Server.Auth;

internal static class AuthSetup
{
    /// <summary>The policy for administrators of the server.</summary>
    public const string ServerAdmin = "server-admin";

    public static void AddAuth(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSettings<AuthOptions>("CodeCrafter:Auth");
        services.AddSingleton<ILookupNormalizer, UpperInvariantLookupNormalizer>();
        services.AddIdentityCore<User>();
        services.AddOptions<IdentityOptions>().Configure<IOptions<AuthOptions>>(ConfigureIdentity);
        services.AddSingleton<BcryptHasher>();
        services.AddSingleton<IPasswordHasher<User>>(provider => provider.GetRequiredService<BcryptHasher>());
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<Logins>();
        services.AddSingleton<LoginChanges>();
        services.AddSingleton<OpenConnections>();
        services.AddHostedService(provider => provider.GetRequiredService<OpenConnections>());
        services.AddSingleton<LoginThrottle>();
        services.AddScoped<PasswordLogin>();
        services.AddSingleton<IUserIdProvider, SubjectUserIdProvider>();
        services.AddHostedService<Administrators>();
        services.AddSingleton<SecurityLog>();
        services.AddHostedService<SecurityEventRetention>();

        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        // Comes with AddAuthentication and would keep unused keys in the home folder: nothing here is data-protected.
        services.Remove(services.Single(service => service.ImplementationType?.Name == "DataProtectionHostedService"));
        services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<AccessTokens>(ConfigureBearer)
            // So that a key that cannot be read or made is found at start.
            .ValidateOnStart();
        services.AddAuthorizationBuilder()
            .SetDefaultPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().AddRequirements(new AccountRequirement()).Build())
            .AddPolicy(ServerAdmin, policy => policy.RequireAuthenticatedUser().RequireAssertion(IsAdministrator));
    }

    private static bool IsAdministrator(AuthorizationHandlerContext context)
    {
        var isAdministrator = context.User.IsInRole("admin");
        if (!isAdministrator && context is { User.Identity.IsAuthenticated: true, Resource: HttpContext http })
        {
            Problems.ExplainRefusal(http, "forbidden", "This is for administrators of the server, whom the setting CodeCrafter:Auth:Admins names.");
        }

        return isAdministrator;
    }

    private static void ConfigureIdentity(IdentityOptions identity, IOptions<AuthOptions> auth)
    {
        // Length is what makes a password good; rules on its characters make people write it down.
        identity.Password = new PasswordOptions
        {
            RequiredLength = RegisterRequest.MinPassword,
            RequiredUniqueChars = 1,
            RequireDigit = false,
            RequireLowercase = false,
            RequireUppercase = false,
            RequireNonAlphanumeric = false,
        };
        identity.User.RequireUniqueEmail = true;
        identity.User.AllowedUserNameCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
        identity.Lockout.MaxFailedAccessAttempts = auth.Value.FailuresPerAccount;
        identity.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromSeconds(auth.Value.LockoutSeconds);
    }

    private static void ConfigureBearer(JwtBearerOptions options, AccessTokens tokens)
    {
        options.MapInboundClaims = false;
        options.TokenValidationParameters = tokens.ValidationParameters;
        options.Events = new JwtBearerEvents
        {
            OnMessageReceived = context =>
            {
                // Browsers cannot set headers on a WebSocket. Elsewhere a token in an address would only get into logs.
                var request = context.Request;
                if (request.Headers.Authorization.Count == 0
                    && (request.Path.StartsWithSegments("/collab") || request.Path.StartsWithSegments("/hubs")))
                {
                    context.Token = request.Query["access_token"];
                }

                return Task.CompletedTask;
            },
            OnTokenValidated = async context =>
            {
                var logins = context.HttpContext.RequestServices.GetRequiredService<Logins>();
                if (!await logins.IsActiveAsync(context.Principal!, context.HttpContext.RequestAborted))
                {
                    Problems.ExplainRefusal(context.HttpContext, "login_ended", "The login behind the access token has ended.");
                    context.Fail("The login has ended.");
                }
            },
            OnAuthenticationFailed = context =>
            {
                if (context.Exception is SecurityTokenExpiredException)
                {
                    Problems.ExplainRefusal(context.HttpContext, "token_expired", "The access token has expired.");
                }
                else
                {
                    Problems.ExplainRefusal(context.HttpContext, "invalid_token", "The access token is not valid.");
                }

                return Task.CompletedTask;
            },
        };
    }

    private sealed class SubjectUserIdProvider : IUserIdProvider
    {
        public string? GetUserId(HubConnectionContext connection) => connection.User.FindFirst(AccessTokens.UserIdClaim)?.Value;
    }
}
