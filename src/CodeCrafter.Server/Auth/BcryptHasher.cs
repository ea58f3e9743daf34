using System.Security.Cryptography;
using System.Text;
using CodeCrafter.Server.Platform;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Auth;

/// <summary>
/// bcrypt over the Base64 of the password's SHA-384. bcrypt itself reads 72 bytes and stops at a NUL; the 64
/// characters it gets here depend on every byte of the password.
/// </summary>
internal sealed class BcryptHasher(IOptions<AuthOptions> options, CodeCrafterMetrics metrics) : IPasswordHasher<User>
{
    private readonly int _cost = options.Value.BcryptCost;
    private readonly Lazy<string> _dummy = new(() => Hash(Guid.NewGuid().ToString(), options.Value.BcryptCost));

    public string HashPassword(User user, string password)
    {
        metrics.PasswordHashed();
        return Hash(password, _cost);
    }

    public PasswordVerificationResult VerifyHashedPassword(User user, string hashedPassword, string providedPassword)
    {
        if (!Verify(providedPassword, hashedPassword))
        {
            return PasswordVerificationResult.Failed;
        }

        return BCrypt.Net.BCrypt.PasswordNeedsRehash(hashedPassword, _cost)
            ? PasswordVerificationResult.SuccessRehashNeeded
            : PasswordVerificationResult.Success;
    }

    /// <summary>Does the work of a verification where there is no account, so that the time tells nothing.</summary>
    public void VerifyNothing(string password) => Verify(password, _dummy.Value);

    private bool Verify(string password, string hash)
    {
        metrics.PasswordHashed();
        return BCrypt.Net.BCrypt.Verify(Prepare(password), hash);
    }

    private static string Hash(string password, int cost) => BCrypt.Net.BCrypt.HashPassword(Prepare(password), cost);

    private static string Prepare(string password) =>
        Convert.ToBase64String(SHA384.HashData(Encoding.UTF8.GetBytes(password)));
}
