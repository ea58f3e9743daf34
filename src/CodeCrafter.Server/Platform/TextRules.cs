using System.ComponentModel.DataAnnotations;

namespace CodeCrafter.Server.Platform;

/// <summary>No line breaks or other control characters.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class SingleLineAttribute() : ValidationAttribute("{0} must not have line breaks or control characters.")
{
    public override string FormatErrorMessage(string name) => base.FormatErrorMessage(FieldName.Of(name));

    public override bool IsValid(object? value) => value is not string text || !text.Any(char.IsControl);
}

/// <summary>No control characters but line breaks and tabs.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class PlainTextAttribute() : ValidationAttribute("{0} must not have control characters.")
{
    public override string FormatErrorMessage(string name) => base.FormatErrorMessage(FieldName.Of(name));

    public override bool IsValid(object? value) =>
        value is not string text || !text.Any(character => char.IsControl(character) && character is not ('\n' or '\r' or '\t'));
}

/// <summary>An address as one would type it: <c>name@host</c> in printable ASCII, so that two that look alike are alike.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class MailAddressAttribute() : ValidationAttribute("{0} must be an email address.")
{
    public override string FormatErrorMessage(string name) => base.FormatErrorMessage(FieldName.Of(name));

    public override bool IsValid(object? value)
    {
        if (value is not string text)
        {
            return true;
        }

        var at = text.IndexOf('@', StringComparison.Ordinal);
        return text.Length <= 254
            && at is > 0 and <= 64 && at < text.Length - 1 && at == text.LastIndexOf('@')
            && text.All(character => character is > ' ' and < '\x7f' and not ('<' or '>' or '"' or '\\' or ',' or ';'));
    }
}
