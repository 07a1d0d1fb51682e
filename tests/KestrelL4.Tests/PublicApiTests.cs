using System.Reflection;
using System.Text;

namespace KestrelL4.Tests;

/// <summary>Compares the library's public surface with the reviewed one, so that no change of it goes unnoticed.</summary>
public sealed class PublicApiTests
{
    private const string AcceptVariable = "KESTRELL4_ACCEPT_PUBLIC_API";

    private static readonly string Reviewed = Path.Combine(Checkout.Path, "tests", "KestrelL4.Tests", "PublicApi.txt");
    private static readonly NullabilityInfoContext Nullability = new();

    [Fact]
    public void Library_PublicSurface_IsTheReviewedOne()
    {
        string actual = Dump(typeof(Application).Assembly);
        if (Environment.GetEnvironmentVariable(AcceptVariable) == "1")
        {
            File.WriteAllText(Reviewed, actual);
        }

        string[] now = actual.Split('\n');
        string[] before = File.ReadAllText(Reviewed).Split('\n');
        string[] difference = [.. before.Except(now).Select(static line => "- " + line), .. now.Except(before).Select(static line => "+ " + line)];
        Assert.True(
            actual == string.Join('\n', before),
            $"The public surface is not the one in {Reviewed}:\n{string.Join('\n', difference)}\n"
            + $"If that is meant, run this test with {AcceptVariable}=1 and review the file's change.");
    }

    private static string Dump(Assembly assembly)
    {
        StringBuilder text = new();
        foreach (Type type in assembly.GetExportedTypes().OrderBy(static type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(Heading(type)).Append('\n');
            IEnumerable<string> members = type
                .GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .Select(member => Line(member, type))
                .OfType<string>();
            foreach (string member in type.IsEnum ? members : members.Order(StringComparer.Ordinal))
            {
                text.Append("  ").Append(member).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Heading(Type type)
    {
        string kind = type.IsEnum ? "enum" : type.IsValueType ? "struct" : type.IsInterface ? "interface" : "class";
        string modifiers = type is { IsAbstract: true, IsSealed: true } ? "static " : type is { IsAbstract: true, IsInterface: false } ? "abstract " : type is { IsSealed: true, IsValueType: false } ? "sealed " : "";
        IEnumerable<string> bases = type.IsEnum ? [] : new[] { type.BaseType }
            .Where(static parent => parent is not null && parent != typeof(object) && parent != typeof(ValueType))
            .Concat(type.GetInterfaces().OrderBy(static implemented => implemented.FullName, StringComparer.Ordinal))
            .Select(static parent => Name(parent!));
        string inherits = string.Join(", ", bases);
        return $"{modifiers}{kind} {type.FullName}{(inherits.Length > 0 ? " : " + inherits : "")}";
    }

    // Null for what a caller cannot see, and for what the compiler makes of properties, events and records.
    private static string? Line(MemberInfo member, Type type) => member switch
    {
        _ when member.Name.Contains('<', StringComparison.Ordinal) => null,
        FieldInfo { IsPublic: true, IsSpecialName: false } field when type.IsEnum => $"{field.Name} = {field.GetRawConstantValue()}",
        FieldInfo { IsPublic: true, IsSpecialName: false } field => $"field {Name(field.FieldType)} {field.Name}",
        ConstructorInfo constructor when IsSeen(constructor) => $"new({Parameters(constructor)})",
        MethodInfo method when IsSeen(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)) =>
            $"{Modifiers(method)}{Name(method.ReturnType)}{Mark(Nullability.Create(method.ReturnParameter))} {method.Name}({Parameters(method)})",
        PropertyInfo property when property.GetAccessors(nonPublic: true).Any(IsSeen) =>
            $"{Modifiers(property.GetAccessors(nonPublic: true)[0])}{Name(property.PropertyType)}{Mark(Nullability.Create(property))} {property.Name} {{ {Accessors(property)} }}",
        _ => null,
    };

    private static bool IsSeen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Modifiers(MethodInfo method) =>
        (method.IsPublic ? "" : "protected ")
        + (method.IsStatic ? "static " : method.IsAbstract ? "abstract " : method.GetBaseDefinition() != method ? "override " : method is { IsVirtual: true, IsFinal: false } ? "virtual " : "");

    private static string Accessors(PropertyInfo property) => string.Join(' ', new[]
    {
        property.GetMethod is { } get && IsSeen(get) ? "get;" : null,
        property.SetMethod is { } set && IsSeen(set)
            ? set.ReturnParameter.GetRequiredCustomModifiers().Length > 0 ? "init;" : "set;"
            : null,
    }.OfType<string>());

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(static parameter =>
        $"{(parameter.IsOut ? "out " : "")}{Name(parameter.ParameterType)}{Mark(Nullability.Create(parameter))} {parameter.Name}"
        + (parameter.HasDefaultValue ? " = " + (parameter.DefaultValue ?? "default") : "")));

    private static string Mark(NullabilityInfo nullability) =>
        nullability is { Type.IsValueType: false, ReadState: NullabilityState.Nullable } ? "?" : "";

    private static string Name(Type type)
    {
        if (type.IsByRef)
        {
            return Name(type.GetElementType()!);
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Name(underlying) + "?";
        }

        return type.IsGenericType
            ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
            : type.Name;
    }
}
