namespace KestrelL4.Server.Agent.Contact;

/// <summary>The authority's answer to the question for the registry.</summary>
/// <param name="Version">The version in force, the answer's ETag without quotes.</param>
/// <param name="Document">The signed snapshot; null = the node has this version already.</param>
internal sealed record RegistryAnswer(string Version, byte[]? Document);
