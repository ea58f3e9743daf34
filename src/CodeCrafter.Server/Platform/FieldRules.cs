using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace CodeCrafter.Server.Platform;

// The framework's attributes with texts that name a field as the client spells it, and what it may be.

/// <summary>It must be there.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class NeededAttribute : RequiredAttribute
{
    public override string FormatErrorMessage(string name) => $"{FieldName.Of(name)} is missing{(AllowEmptyStrings ? "" : " or empty")}.";
}

/// <summary>A text of so many characters.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class TextLengthAttribute(int maximumLength) : StringLengthAttribute(maximumLength)
{
    public override string FormatErrorMessage(string name) =>
        $"{FieldName.Of(name)} must have {(MinimumLength > 0 ? $"{MinimumLength} to" : "at most")} {MaximumLength} characters.";
}

/// <summary>A number within bounds.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class BetweenAttribute : RangeAttribute
{
    public BetweenAttribute(int minimum, int maximum) : base(minimum, maximum)
    {
    }

    public BetweenAttribute(double minimum, double maximum) : base(minimum, maximum)
    {
    }

    public override string FormatErrorMessage(string name) => Maximum is int
        ? $"{FieldName.Of(name)} must be from {Minimum} to {Maximum}."
        : $"{FieldName.Of(name)} must be at least {Minimum}.";
}

/// <summary>One of some words; null among them, where it may be left out, is not told of.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class OneOfAttribute(params object?[] values) : AllowedValuesAttribute(values)
{
    public override string FormatErrorMessage(string name) =>
        $"{FieldName.Of(name)} must be one of: {string.Join(", ", Values.Where(value => value is not null))}.";
}

internal static class FieldName
{
    /// <summary>A field as requests spell it.</summary>
    public static string Of(string name) => $"'{JsonNamingPolicy.CamelCase.ConvertName(name)}'";
}
