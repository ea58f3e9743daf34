using System.Globalization;
using CodeCrafter.Server.Platform;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace CodeCrafter.Server.Auth;

/// <summary>Makes access tokens (JWT, RFC 9068's type) and says what makes one valid.</summary>
internal sealed class AccessTokens(Secrets secrets, IOptions<AuthOptions> options, TimeProvider time)
{
    public const string UserIdClaim = JwtRegisteredClaimNames.Sub;
    public const string UsernameClaim = JwtRegisteredClaimNames.PreferredUsername;
    public const string LoginIdClaim = JwtRegisteredClaimNames.Sid;
    public const string RoleClaim = "role";

    /// <summary>The session of a visitor; accounts have none.</summary>
    public const string VisitedSessionClaim = "session";

    private const string Issuer = "codecrafter";
    private const string Audience = "codecrafter-api";
    private const string Type = "at+jwt";

    private readonly SymmetricSecurityKey _key = new(secrets.GetOrCreate("access-token.key", 64));
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    public TimeSpan Lifetime { get; } = TimeSpan.FromMinutes(options.Value.AccessTokenMinutes);

    public string Create(User user, Guid loginId) => Create(Lifetime, new Dictionary<string, object>
    {
        [UserIdClaim] = user.Id.ToString(),
        [UsernameClaim] = user.Username,
        [LoginIdClaim] = loginId.ToString(),
        [RoleClaim] = user.Role.ToString().ToLowerInvariant(),
    });

    /// <summary>A token for somebody without an account, who is nobody outside one session. It has no login behind it.</summary>
    public string CreateForVisitor(Guid visitorId, string name, string role, Guid sessionId, TimeSpan lifetime) => Create(lifetime, new Dictionary<string, object>
    {
        [UserIdClaim] = visitorId.ToString(),
        [UsernameClaim] = name,
        [LoginIdClaim] = visitorId.ToString(),
        [RoleClaim] = role,
        [VisitedSessionClaim] = sessionId.ToString(),
    });

    private string Create(TimeSpan lifetime, Dictionary<string, object> claims)
    {
        var now = time.GetUtcNow();
        claims[JwtRegisteredClaimNames.Jti] = Guid.NewGuid().ToString();
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = Audience,
            TokenType = Type,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = (now + lifetime).UtcDateTime,
            SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.HmacSha256),
            Claims = claims,
        });
    }

    public TokenValidationParameters ValidationParameters => new()
    {
        ValidIssuer = Issuer,
        ValidAudience = Audience,
        ValidTypes = [Type],
        ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
        IssuerSigningKey = _key,
        // Whatever key a token's header names, there is only ours.
        TryAllIssuerSigningKeys = true,
        RequireSignedTokens = true,
        RequireExpirationTime = true,
        ClockSkew = TimeSpan.Zero,
        LifetimeValidator = ValidateLifetime,
        NameClaimType = UsernameClaim,
        RoleClaimType = RoleClaim,
    };

    // The library reads the machine's clock; ours comes from the TimeProvider. No skew: the server that checks is the
    // server that issued.
    private bool ValidateLifetime(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = time.GetUtcNow().UtcDateTime;
        if (expires is { } end && end <= now)
        {
            throw new SecurityTokenExpiredException(string.Create(CultureInfo.InvariantCulture, $"Expired at {end:O}.")) { Expires = end };
        }

        return expires is not null && !(notBefore > now);
    }
}
