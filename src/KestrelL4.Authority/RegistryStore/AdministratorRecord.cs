namespace KestrelL4.Authority.RegistryStore;

/// <summary>A client's certificate that opens administration over TLS, as it was entered into the list.</summary>
/// <param name="Client">The client that holds it.</param>
/// <param name="NotAfter">Its end.</param>
/// <param name="AddedAt">When it was entered.</param>
internal sealed record AdministratorRecord(string Client, DateTimeOffset NotAfter, DateTimeOffset AddedAt);
