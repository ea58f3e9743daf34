using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Platform;

/// <summary>
/// Settings under <c>CodeCrafter:*</c>. With one that cannot be, the server does not start: it is named as it was set, with
/// what it may be.
/// </summary>
internal static class Settings
{
    /// <summary>Settings that are read and checked when the server starts.</summary>
    public static void AddSettings<T>(this IServiceCollection services, string section) where T : class
    {
        services.AddOptions<T>().Configure<IConfiguration>((settings, configuration) => Bind(configuration.GetSection(section), settings)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<T>>(new Rules<T>(section));
    }

    /// <summary>Settings that are needed before there are services.</summary>
    public static T ReadSettings<T>(this IConfiguration configuration, string section) where T : class, new()
    {
        var settings = new T();
        Bind(configuration.GetSection(section), settings);
        var faults = Check(section, settings);
        return faults.Count == 0 ? settings : throw new OptionsValidationException(section, typeof(T), faults);
    }

    private static void Bind(IConfigurationSection section, object settings)
    {
        try
        {
            section.Bind(settings);
        }
        // It names no setting in the words of whoever set it, and tells of the first only.
        catch (InvalidOperationException) when (Unreadable(section, settings.GetType()).ToList() is { Count: > 0 } faults)
        {
            throw new OptionsValidationException(section.Path, settings.GetType(), faults);
        }
    }

    private static IEnumerable<string> Unreadable(IConfigurationSection section, Type type)
    {
        foreach (var property in type.GetProperties().Where(property => property.CanWrite))
        {
            var part = section.GetSection(property.Name);
            if (part.GetChildren().Any())
            {
                foreach (var fault in Unreadable(part, property.PropertyType))
                {
                    yield return fault;
                }
            }
            else if (part.Value is { } value && !CanRead(part, property.PropertyType))
            {
                yield return Fault(section.Path, property, value);
            }
        }
    }

    private static bool CanRead(IConfigurationSection value, Type type)
    {
        try
        {
            value.Get(type);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static List<string> Check(string section, object settings)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(settings, new ValidationContext(settings), results, validateAllProperties: true);
        return [.. results.Select(result => result.MemberNames.Select(settings.GetType().GetProperty).FirstOrDefault() is { } property && property.IsDefined(typeof(ValidationAttribute))
            ? Fault(section, property, property.GetValue(settings))
            : result.ErrorMessage!)];
    }

    private static string Fault(string section, PropertyInfo property, object? value) =>
        string.Create(CultureInfo.InvariantCulture, $"{section}:{property.Name} is '{value}', and must be {Allowed(property)}");

    private static string Allowed(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return type.IsEnum ? string.Join(" or ", Enum.GetNames(type)).ToLowerInvariant()
            : type == typeof(bool) ? "true or false"
            : type == typeof(TimeSpan) ? "a time such as 00:00:30"
            : type == typeof(Uri) ? "an address"
            : type == typeof(string) ? "a text that is not empty"
            : type.IsPrimitive ? (type == typeof(double) ? "a number" : "a whole number") + Bounds(property.GetCustomAttribute<RangeAttribute>())
            : $"left out, for the settings {property.Name}:*";
    }

    private static string Bounds(RangeAttribute? range) => range is null ? ""
        : Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture) >= long.MaxValue ? string.Create(CultureInfo.InvariantCulture, $" of at least {range.Minimum}")
        : string.Create(CultureInfo.InvariantCulture, $" from {range.Minimum} to {range.Maximum}");

    private sealed class Rules<T>(string section) : IValidateOptions<T> where T : class
    {
        public ValidateOptionsResult Validate(string? name, T options) =>
            Check(section, options) is { Count: > 0 } faults ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }
}
