using System.Security.Claims;
using CodeCrafter.Server.Auth.SecurityEvents;
using CodeCrafter.Server.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;

namespace CodeCrafter.Server.Auth;

/// <summary>Accounts and logins under <c>/api/auth</c>.</summary>
internal static class AuthApi
{
    public static void MapAuth(this IEndpointRouteBuilder app)
    {
        app.MapAdministration();
        var group = app.MapGroup("/api/auth").WithTags("Auth");

        group.MapPost("/register", RegisterAsync).AllowAnonymous().RequireRateLimiting(RateLimits.Auth)
            .WithSummary("Create an account and log in")
            .WithExample("""{ "username": "ada", "email": "ada@example.org", "password": "correct horse battery" }""").ProducesProblem(409).ProducesValidationProblem();
        group.MapPost("/login", LoginAsync).AllowAnonymous().RequireRateLimiting(RateLimits.Auth)
            .WithSummary("Log in with a username or an email address")
            .WithExample("""{ "username": "ada", "password": "correct horse battery" }""").ProducesProblem(401).ProducesValidationProblem();
        group.MapPost("/refresh", RefreshAsync).AllowAnonymous()
            .WithSummary("Exchange a refresh token, from the body or the cookie, for the next pair of tokens")
            .WithExample("""{ "refreshToken": "…" }""")
            .ProducesProblem(401).ProducesProblem(403).ProducesProblem(409);
        group.MapPost("/logout", LogoutAsync).AllowAnonymous()
            .WithSummary("End the login of the refresh token, or else of the access token")
            .WithExample("""{ "refreshToken": "…" }""").ProducesProblem(403);

        group.MapGet("/me", MeAsync).RequireAuthorization().WithSummary("The caller's account");
        group.MapPut("/me", UpdateMeAsync).RequireAuthorization()
            .WithSummary("Change names or preferences; what is left out stays")
            .WithExample("""{ "firstName": "Ada", "lastName": "Lovelace", "preferences": { "theme": "dark" } }""").ProducesValidationProblem();
        group.MapPost("/change-password", ChangePasswordAsync).RequireAuthorization().RequireRateLimiting(RateLimits.Auth)
            .WithSummary("Change the password and end every other login")
            .WithExample("""{ "currentPassword": "correct horse battery", "newPassword": "another horse battery" }""").ProducesValidationProblem();
    }

    private static async Task<Results<Created<TokenResponse>, ProblemHttpResult>> RegisterAsync(
        RegisterRequest request,
        HttpContext context,
        UserManager<User> users,
        Logins logins,
        SecurityLog securityLog,
        TimeProvider time,
        CodeCrafterMetrics metrics,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var user = new User
        {
            Id = Guid.CreateVersion7(now),
            Username = request.Username!,
            Email = request.Email!,
            FirstName = request.FirstName?.Trim() ?? "",
            LastName = request.LastName?.Trim() ?? "",
            CreatedAt = now,
        };

        // The password is hashed before the names are looked up, so both answers take as long.
        var result = await users.CreateAsync(user, request.Password!);
        if (!result.Succeeded)
        {
            return Describe(result);
        }

        metrics.Registered();
        await securityLog.WriteAsync(SecurityEventType.AccountCreated, NameOf(user), ClientAddress.Of(context));
        var tokens = await logins.StartAsync(user, cancellationToken);
        return TypedResults.Created("/api/auth/me", Respond(context, tokens));
    }

    private static async Task<Results<Ok<TokenResponse>, ProblemHttpResult>> LoginAsync(
        LoginRequest request,
        HttpContext context,
        PasswordLogin passwords,
        IUserDirectory directory,
        Logins logins,
        SecurityLog securityLog,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var name = string.IsNullOrEmpty(request.Email) ? request.Username! : request.Email;
        var check = await passwords.CheckAsync(name, request.Password!, ClientAddress.Of(context), SecurityEventType.LoginFailed);
        if (check.Wait is { } wait)
        {
            return Problems.TooMany(context.Response, "too_many_attempts", "Too many failed logins. Wait a while and try again.", wait);
        }

        if (check.User is not { } user)
        {
            return Problems.Unauthorized("invalid_credentials", "The name or the password is wrong.");
        }

        user.LastLogin = time.GetUtcNow();
        await directory.StampLoginAsync(user.Id, user.LastLogin.Value, cancellationToken);
        await securityLog.WriteAsync(SecurityEventType.LoginSucceeded, NameOf(user), ClientAddress.Of(context));
        return TypedResults.Ok(Respond(context, await logins.StartAsync(user, cancellationToken)));
    }

    private static async Task<Results<Ok<TokenResponse>, ProblemHttpResult>> RefreshAsync(
        RefreshRequest? request, HttpContext context, UserManager<User> users, Logins logins, CancellationToken cancellationToken)
    {
        var fromCookie = string.IsNullOrEmpty(request?.RefreshToken);
        if (fromCookie && !RefreshCookie.IsOwnOrigin(context.Request))
        {
            return ForeignOrigin();
        }

        var token = fromCookie ? RefreshCookie.Read(context.Request) : request!.RefreshToken;
        if (string.IsNullOrEmpty(token))
        {
            return Problems.Unauthorized("no_refresh_token", "There is no refresh token in the body or the cookie.");
        }

        var (outcome, tokens) = await logins.RefreshAsync(token, fromCookie, ClientAddress.Of(context), users, cancellationToken);
        if (tokens is not null)
        {
            return TypedResults.Ok(Respond(context, tokens));
        }

        if (outcome == RefreshOutcome.Superseded)
        {
            // The cookie stays: the answer that superseded it has brought its successor, or is about to.
            return Problems.Conflict("refresh_superseded", "Another request used this refresh token just now. Use the token that it was answered with.");
        }

        if (fromCookie)
        {
            RefreshCookie.Delete(context);
        }

        return outcome == RefreshOutcome.Reused
            ? Problems.Unauthorized("refresh_token_reused", "This refresh token was used before, so its login has been ended. Log in again.")
            : Problems.Unauthorized("invalid_refresh_token", "The login has expired or ended. Log in again.");
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> LogoutAsync(
        RefreshRequest? request, HttpContext context, Logins logins, IUserDirectory directory, SecurityLog securityLog, CancellationToken cancellationToken)
    {
        var cookie = RefreshCookie.Read(context.Request);
        if (cookie is not null && !RefreshCookie.IsOwnOrigin(context.Request))
        {
            return ForeignOrigin();
        }

        var users = new HashSet<Guid?>
        {
            await logins.EndAsync(request?.RefreshToken, cancellationToken),
            await logins.EndAsync(cookie, cancellationToken),
        };
        if (context.User.Identity?.IsAuthenticated == true)
        {
            await logins.EndAsync(context.User.GetLoginId(), context.User.GetUserId(), cancellationToken);
            users.Add(context.User.GetUserId());
        }

        foreach (var userId in users.OfType<Guid>())
        {
            await securityLog.WriteAsync(
                SecurityEventType.LoggedOut, await directory.FindByIdAsync(userId, cancellationToken), ClientAddress.Of(context));
        }

        RefreshCookie.Delete(context);
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<MeResponse>, UnauthorizedHttpResult>> MeAsync(ClaimsPrincipal caller, UserManager<User> users) =>
        await users.FindByIdAsync(caller.GetUserId().ToString()) is { } user
            ? TypedResults.Ok(new MeResponse(UserResponse.From(user)))
            : TypedResults.Unauthorized();

    private static async Task<Results<Ok<MeResponse>, ProblemHttpResult, UnauthorizedHttpResult>> UpdateMeAsync(
        UpdateMeRequest request, ClaimsPrincipal caller, UserManager<User> users)
    {
        if (await users.FindByIdAsync(caller.GetUserId().ToString()) is not { } user)
        {
            return TypedResults.Unauthorized();
        }

        user.FirstName = request.FirstName?.Trim() ?? user.FirstName;
        user.LastName = request.LastName?.Trim() ?? user.LastName;
        user.Preferences = request.Preferences is { ValueKind: System.Text.Json.JsonValueKind.Object } preferences
            ? preferences.GetRawText()
            : user.Preferences;
        var result = await users.UpdateAsync(user);
        return result.Succeeded ? TypedResults.Ok(new MeResponse(UserResponse.From(user))) : Describe(result);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> ChangePasswordAsync(
        ChangePasswordRequest request,
        HttpContext context,
        PasswordLogin passwords,
        UserManager<User> users,
        Logins logins,
        SecurityLog securityLog,
        CancellationToken cancellationToken)
    {
        // Through the same door as a login: a stolen access token must not become a way to guess the password.
        var address = ClientAddress.Of(context);
        var check = await passwords.CheckAsync(
            context.User.GetUsername(), request.CurrentPassword!, address, SecurityEventType.PasswordChangeFailed);
        if (check.Wait is { } wait)
        {
            return Problems.TooMany(context.Response, "too_many_attempts", "Too many failed attempts. Wait a while and try again.", wait);
        }

        if (check.User is not { } user)
        {
            return Problems.BadRequest("wrong_password", "The current password is wrong.");
        }

        var result = await users.ChangePasswordAsync(user, request.CurrentPassword!, request.NewPassword!);
        if (!result.Succeeded)
        {
            return Describe(result);
        }

        await logins.KeepAsync(context.User.GetLoginId(), user, cancellationToken);
        await securityLog.WriteAsync(SecurityEventType.PasswordChanged, NameOf(user), address);
        return TypedResults.NoContent();
    }

    private static TokenResponse Respond(HttpContext context, IssuedTokens tokens)
    {
        RefreshCookie.Write(context, tokens);
        var accessTokens = context.RequestServices.GetRequiredService<AccessTokens>();
        return new TokenResponse(
            UserResponse.From(tokens.User), tokens.AccessToken, tokens.RefreshToken.ToString(), (int)accessTokens.Lifetime.TotalSeconds);
    }

    private static UserName NameOf(User user) => new(user.Id, user.Username);

    private static ProblemHttpResult ForeignOrigin() =>
        Problems.Forbidden("foreign_origin", "The cookie is accepted only from the server's own page.");

    // Which of the two is taken is not said: a username is public, an address is not.
    private static ProblemHttpResult Describe(IdentityResult result)
    {
        var codes = result.Errors.Select(error => error.Code).ToArray();
        if (codes.Contains(nameof(IdentityErrorDescriber.ConcurrencyFailure)))
        {
            return Problems.Conflict("concurrent_change", "The account was changed at the same time. Try again.");
        }

        return codes.Contains(nameof(IdentityErrorDescriber.DuplicateUserName)) || codes.Contains(nameof(IdentityErrorDescriber.DuplicateEmail))
            ? Problems.Conflict("account_exists", "There is an account with this username or email address.")
            : Problems.BadRequest("invalid_account", string.Join(' ', result.Errors.Select(error => error.Description)));
    }
}
