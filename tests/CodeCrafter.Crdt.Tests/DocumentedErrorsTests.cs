using System.Reflection;
using System.Runtime.CompilerServices;
using System.Xml.Linq;
using CodeCrafter.Crdt.Sync;

namespace CodeCrafter.Crdt.Tests;

/// <summary>What the public members say of arguments that cannot be is what they do.</summary>
public sealed class DocumentedErrorsTests
{
    private static readonly XElement[] s_members =
        [.. XDocument.Load(Path.ChangeExtension(typeof(Doc).Assembly.Location, ".xml")).Descendants("member")];

    [Fact]
    public void Who_takes_what_may_not_be_null_says_so_and_refuses_null()
    {
        var context = new NullabilityInfoContext();
        var problems = new List<string>();
        foreach (var method in Methods())
        {
            var needed = method.GetParameters().Where(parameter => !parameter.ParameterType.IsValueType && !parameter.IsOut
                && context.Create(parameter).WriteState == NullabilityState.NotNull);
            foreach (var parameter in needed)
            {
                if (!Says(method, nameof(ArgumentNullException)))
                {
                    problems.Add($"{Name(method)} does not say that it refuses null.");
                }

                problems.AddRange(
                    from target in method.IsStatic || method is ConstructorInfo ? new object?[] { null } : Samples(method.DeclaringType!)
                    let thrown = Call(method, target, parameter)
                    where (thrown as ArgumentNullException)?.ParamName != parameter.Name
                    select $"{Name(method)}, without {parameter.Name}: {thrown?.GetType().Name ?? "nothing"}");
            }
        }

        Assert.Empty(problems);
    }

    [Fact]
    public void Who_takes_an_index_or_a_length_says_what_is_out_of_range() => Assert.Empty(
        from method in Methods()
        where method.Name != nameof(YArray.TryGet)
            && method.GetParameters().Any(parameter => parameter.Name is "index" or "length")
            && !Says(method, nameof(ArgumentOutOfRangeException))
        select Name(method));

    [Fact]
    public void Who_takes_values_says_which_are_refused() => Assert.Empty(
        from method in Methods()
        where method.Name.StartsWith("Set", StringComparison.Ordinal) || method.Name.StartsWith("Insert", StringComparison.Ordinal) || method.Name == "Add"
        where method.GetParameters().Any(parameter => parameter.ParameterType == typeof(object)
            || parameter.ParameterType == typeof(ReadOnlySpan<object?>) || parameter.ParameterType == typeof(ReadOnlySpan<YType>))
        where method.DeclaringType != typeof(DeltaOperation)
        where !Says(method, nameof(ArgumentException)) || !Says(method, nameof(InvalidOperationException))
        select Name(method));

    private static IEnumerable<MethodBase> Methods() =>
        from type in typeof(Doc).Assembly.GetExportedTypes()
        where !type.IsAssignableTo(typeof(Delegate)) && !type.IsAssignableTo(typeof(Exception))
        from method in type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly).OfType<MethodBase>()
        where !method.IsSpecialName || (method is ConstructorInfo && type.GetMethod("<Clone>$") is null && !type.IsValueType)
        where method.GetCustomAttribute<CompilerGeneratedAttribute>() is null && method.Name is not nameof(Equals)
        where s_members.Any(member => Member(member) == Id(method))
        select method;

    // Overloads of as many parameters count as one.
    private static bool Says(MethodBase method, string exception) => s_members.Where(member => Member(member) == Id(method)).Any(member =>
        member.Elements("exception").Any(element => element.Attribute("cref")!.Value == $"T:System.{exception}"));

    private static (string Name, int Parameters) Member(XElement member)
    {
        var name = member.Attribute("name")!.Value;
        var list = name.IndexOf('(');
        var (depth, count) = (0, list < 0 ? 0 : 1);
        foreach (var letter in list < 0 ? "" : name[list..])
        {
            depth += letter is '{' ? 1 : letter is '}' ? -1 : 0;
            count += letter is ',' && depth == 0 ? 1 : 0;
        }

        return (list < 0 ? name : name[..list], count);
    }

    private static (string Name, int Parameters) Id(MethodBase method)
    {
        var generic = method.IsGenericMethod ? $"``{method.GetGenericArguments().Length}" : "";
        return ($"M:{method.DeclaringType!.FullName}.{method.Name.Replace('.', '#')}{generic}", method.GetParameters().Length);
    }

    private static string Name(MethodBase method) => $"{method.DeclaringType!.Name}.{method}";

    private static Exception? Call(MethodBase method, object? target, ParameterInfo without)
    {
        // A span cannot be handed over this way.
        if (method.GetParameters().Any(parameter => parameter.ParameterType.IsByRefLike))
        {
            return new ArgumentNullException(without.Name);
        }

        method = method is MethodInfo { IsGenericMethodDefinition: true } generic ? generic.MakeGenericMethod(typeof(string)) : method;
        object?[] arguments = [.. method.GetParameters().Select(parameter =>
            parameter.Name == without.Name || parameter.IsOut ? null : Sample(parameter.ParameterType))];
        try
        {
            _ = method is ConstructorInfo constructor ? constructor.Invoke(arguments) : method.Invoke(target, arguments);
            return null;
        }
        catch (TargetInvocationException exception)
        {
            return exception.InnerException;
        }
    }

    // In a document, and where that can be not yet in one.
    private static object[] Samples(Type type)
    {
        var doc = new Doc(1);
        return type == typeof(YType) || type == typeof(YMap) ? [doc.GetMap("map"), .. type == typeof(YMap) ? new object[] { new YMap() } : []]
            : type == typeof(YText) ? [doc.GetText("text")]
            : type == typeof(YXmlElement) ? [doc.GetXmlElement("element"), new YXmlElement("p")]
            : type == typeof(Doc) ? [doc]
            : type == typeof(UndoManager) ? [new UndoManager(doc)]
            : type == typeof(Awareness) ? [new Awareness(TimeProvider.System)]
            : type == typeof(RelativePosition) ? [RelativePosition.FromIndex(doc.GetText("text"), 0)]
            : throw new InvalidOperationException($"There is no sample of {type}.");
    }

    private static object? Sample(Type type) =>
        type == typeof(string) ? "sample"
        : type == typeof(Doc) ? new Doc(new DocOptions { CollectsGarbage = false })
        : type == typeof(Snapshot) ? Snapshot.Empty
        : type == typeof(YType) ? new Doc(1).GetText("text")
        : type == typeof(TimeProvider) ? TimeProvider.System
        : type == typeof(IEnumerable<KeyValuePair<string, object?>>) ? new Dictionary<string, object?>()
        : type.IsValueType ? Activator.CreateInstance(type)
        : null;
}
